package dev.sluice.gateway;

import dev.sluice.gateway.balance.Destination;
import dev.sluice.gateway.balance.Gates;
import dev.sluice.gateway.upstream.ConnectionPool;
import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.RouteTable;
import dev.sluice.model.dataplane.TableVersion;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A route table, ready for use: every target is resolved to its gate or its connections. Immutable. */
final class Routes {
    /** What to do for one host. */
    static final class Rule {
        private static final int PERCENT = 100;
        private final Destination[] destinations;
        private final int[] upTo;
        private final Map<String, Destination> tags;
        private final boolean redirects;

        private Rule(Destination[] destinations, int[] upTo, Map<String, Destination> tags, boolean redirects) {
            this.destinations = destinations;
            this.upTo = upTo;
            this.tags = tags;
            this.redirects = redirects;
        }

        /** Whether who comes without TLS is sent to where it is. */
        boolean redirects() {
            return redirects;
        }

        /** Chooses by percent. */
        Destination choose() {
            if (destinations.length == 1) {
                return destinations[0];
            }
            int drawn = ThreadLocalRandom.current().nextInt(PERCENT);
            int i = 0;
            while (drawn >= upTo[i]) {
                i++;
            }
            return destinations[i];
        }

        /** The revision of a tag, where there is such a tag; else by percent. */
        Destination choose(@Nullable String tag) {
            var tagged = tag == null ? null : tags.get(tag);
            return tagged == null ? choose() : tagged;
        }
    }

    private record Address(String host, int port) {}

    private final RouteTable table;
    private final Map<String, Rule> rules = new HashMap<>();
    private final Map<Address, ConnectionPool> fixed = new HashMap<>();

    private Routes(RouteTable table) {
        this.table = table;
    }

    static Routes empty() {
        return new Routes(RouteTable.empty());
    }

    /** Resolves a table. Connections to fixed addresses are taken over from the routes before it. */
    static Routes compile(RouteTable table, Gates gates, Routes before) {
        var routes = new Routes(table);
        refuseUnsettled(table);
        gates.program(table.revisions());
        table.hosts().forEach((host, rule) -> routes.rules.put(host, routes.compile(rule, gates, before)));
        return routes;
    }

    private static void refuseUnsettled(RouteTable table) {
        table.hosts().forEach((host, rule) -> {
            var named = Stream.concat(
                    rule.splits().stream()
                            .map(HostRule.Split::target)
                            .filter(HostRule.Target.ToRevision.class::isInstance)
                            .map(target -> ((HostRule.Target.ToRevision) target).revision()),
                    rule.tags().values().stream());
            named.filter(revision -> !table.revisions().containsKey(revision)).forEach(revision -> {
                throw new IllegalArgumentException("programming " + host + ": no settings for revision " + revision);
            });
        });
    }

    private Rule compile(HostRule rule, Gates gates, Routes before) {
        var splits = rule.splits().stream().filter(split -> split.percent() > 0).toList();
        var destinations = new Destination[splits.size()];
        var upTo = new int[splits.size()];
        int sum = 0;
        for (int i = 0; i < destinations.length; i++) {
            destinations[i] = resolve(splits.get(i).target(), gates, before);
            sum += splits.get(i).percent();
            upTo[i] = sum;
        }
        var tags = new HashMap<String, Destination>();
        rule.tags().forEach((tag, revision) -> tags.put(tag, new Destination.Revision(gates.of(revision))));
        return new Rule(destinations, upTo, Map.copyOf(tags), rule.redirectToHttps());
    }

    private Destination resolve(HostRule.Target target, Gates gates, Routes before) {
        return switch (target) {
            case HostRule.Target.ToRevision(var revision) -> new Destination.Revision(gates.of(revision));
            case HostRule.Target.ToAddress(var host, int port) -> {
                var address = new Address(host, port);
                var known = before.fixed.get(address);
                yield new Destination.Fixed(
                        fixed.computeIfAbsent(address, _ -> known != null ? known : new ConnectionPool(host, port)));
            }
        };
    }

    TableVersion version() {
        return table.version();
    }

    @Nullable
    Rule rule(String host) {
        return rules.get(host);
    }

    /** Closes connections to addresses that the next routes do not have. */
    void closeUnused(Routes next) {
        Set<ConnectionPool> kept = new HashSet<>(next.fixed.values());
        fixed.values().stream().filter(pool -> !kept.contains(pool)).forEach(ConnectionPool::close);
    }

    void trim(long olderThan) {
        fixed.values().forEach(pool -> pool.trim(olderThan));
    }
}
