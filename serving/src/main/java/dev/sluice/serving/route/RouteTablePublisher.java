package dev.sluice.serving.route;

import dev.sluice.model.dataplane.GatewayControl;
import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionSettings;
import dev.sluice.model.dataplane.RouteTable;
import dev.sluice.model.dataplane.TableVersion;
import dev.sluice.model.dataplane.TlsCertificate;
import dev.sluice.model.dataplane.TracingSettings;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the one table of routes and gives it to the gateways, whole, whenever a part changes. Nothing is published before it
 * is opened, which is when every part that existed has been put. Who changes something while a table is on its way shares the next one
 * with all others who do: many changes at once cost few tables.
 */
public final class RouteTablePublisher {
    private final GatewayControl gateway;
    private final long epoch;
    /** Guarded by this. */
    private final HostClaims hosts = new HostClaims();
    /** By owner. Guarded by this. */
    private final Map<String, Mapping> mappings = new TreeMap<>();
    /** Guarded by this. */
    private final Map<RevisionId, RevisionSettings> revisions = new HashMap<>();
    /** Revisions that are gone while a rule still names them. Guarded by this. */
    private final Map<RevisionId, RevisionSettings> leftBehind = new HashMap<>();

    /** Guarded by this. */
    private @Nullable TracingSettings tracing;

    /** Counts changes. Guarded by this. */
    private long changes;

    /** Guarded by this. */
    private boolean open;

    /** Held while a table is compiled and on its way, so that versions go out in order; guards what follows. */
    private final ReentrantLock publishing = new ReentrantLock();

    private RouteTable last = RouteTable.empty();
    private long sequence;
    private long published;
    /** The gateway has the last one, or gives it to whoever comes. */
    private boolean given;

    private boolean acknowledged;

    /** @param epoch greater than that of every publisher before */
    public RouteTablePublisher(GatewayControl gateway, long epoch) {
        this.gateway = gateway;
        this.epoch = epoch;
    }

    /** From now on what is put is published at once. */
    public void open() {
        publish(change(() -> {
            open = true;
            return true;
        }));
    }

    public void revision(RevisionId id, RevisionSettings settings) {
        publish(change(() -> {
            leftBehind.remove(id);
            return !settings.equals(revisions.put(id, settings));
        }));
    }

    /** Its settings stay in the table as long as a rule leads to it: a table is whole or it is none. */
    public void forgetRevision(RevisionId id) {
        publish(change(() -> {
            var settings = revisions.remove(id);
            if (settings != null) {
                leftBehind.put(id, settings);
            }
            return settings != null;
        }));
    }

    /** What gateways are told about spans; null for nothing. */
    public void tracing(@Nullable TracingSettings settings) {
        publish(change(() -> {
            boolean other = !Objects.equals(settings, tracing);
            tracing = settings;
            return other;
        }));
    }

    /**
     * Replaces all hosts of one owner. Those that another owner has already stay the other's.
     *
     * @return whether the gateways serve the owner's now
     */
    public boolean putHosts(String owner, Map<String, HostRule> rules) {
        long change = change(() -> hosts.put(owner, rules));
        return served(change, table -> {
            var others = heldByOthers(owner);
            return rules.entrySet().stream()
                    .allMatch(rule -> others.contains(rule.getKey())
                            || rule.getValue().equals(table.hosts().get(rule.getKey())));
        });
    }

    /** Of the hosts that were put for this owner those that another one had first. */
    public synchronized Set<String> heldByOthers(String owner) {
        return hosts.lacking(owner);
    }

    /**
     * Puts what an owner had in an earlier process, once all revisions that there are have been told of. Those that its rules
     * lead to besides have gone since; the rest of a rule is served without them as it was before.
     *
     * @param lost their settings
     */
    public void restoreHosts(String owner, Map<String, HostRule> rules, RevisionSettings lost) {
        publish(change(() -> {
            named(rules.values())
                    .filter(revision -> !revisions.containsKey(revision))
                    .forEach(revision -> leftBehind.put(revision, lost));
            return hosts.put(owner, rules);
        }));
    }

    /**
     * Replaces the one mapping of its owner. A host that a Route has itself is not mapped.
     *
     * @return whether the gateways serve it now
     */
    public boolean putMapping(String owner, Mapping mapping) {
        long change = change(() -> !mapping.equals(mappings.put(owner, mapping)));
        return served(change, table -> table.hosts().containsKey(mapping.domain()));
    }

    /** Of hosts and of a mapping. */
    public void remove(String owner) {
        publish(change(() -> {
            boolean was = hosts.remove(owner);
            was |= mappings.remove(owner) != null;
            return was;
        }));
    }

    /** Its number; 0 when nothing has changed. */
    private synchronized long change(BooleanSupplier changing) {
        return changing.getAsBoolean() ? ++changes : 0;
    }

    /** With a table that has the change in it: our own, or one that somebody else has published meanwhile. */
    private void publish(long change) {
        if (change > 0) {
            var _ = served(change, _ -> true);
        }
    }

    private boolean served(long change, Predicate<RouteTable> there) {
        publishing.lock();
        try {
            if (published < change || !given) {
                publish();
            } else if (!acknowledged) { // every Route asks each second while a gateway is missing: not with a table
                // each
                acknowledged = gateway.acknowledged(last).compareTo(last.version()) >= 0;
            }
            return acknowledged && there.test(last);
        } finally {
            publishing.unlock();
        }
    }

    /** Who waits for a table that is on its way. */
    int waiting() {
        return publishing.getQueueLength();
    }

    private void publish() {
        long upTo;
        RouteTable next;
        synchronized (this) {
            if (!open) {
                return;
            }
            upTo = changes;
            next = compile();
        }
        last = next;
        given = false; // also when the gateway throws
        acknowledged = false;
        acknowledged = gateway.program(next).compareTo(next.version()) >= 0;
        given = true;
        published = upTo;
    }

    private RouteTable compile() {
        var all = hosts.rules();
        // one that leads to what was never told of waits for it, alone: others must not wait with it
        all.values().removeIf(rule -> !named(List.of(rule)).allMatch(this::settled));
        var certificates = new HashMap<String, TlsCertificate>();
        var mapped = new HashMap<String, HostRule>();
        for (var mapping : mappings.values()) {
            mapping.rule(all.get(mapping.target())).ifPresent(rule -> {
                if (!all.containsKey(mapping.domain()) && mapped.putIfAbsent(mapping.domain(), rule) == null) {
                    mapping.certificate().ifPresent(c -> certificates.put(mapping.domain(), c));
                }
            });
        }
        all.putAll(mapped);
        leftBehind.keySet().retainAll(named(all.values()).collect(Collectors.toSet()));
        var settings = new HashMap<>(leftBehind);
        settings.putAll(revisions);
        return new RouteTable(new TableVersion(epoch, ++sequence), all, settings, certificates, tracing);
    }

    private boolean settled(RevisionId revision) {
        return revisions.containsKey(revision) || leftBehind.containsKey(revision);
    }

    private static Stream<RevisionId> named(Collection<HostRule> rules) {
        return rules.stream()
                .flatMap(rule -> Stream.concat(
                        rule.tags().values().stream(),
                        rule.splits().stream()
                                .map(HostRule.Split::target)
                                .filter(HostRule.Target.ToRevision.class::isInstance)
                                .map(target -> ((HostRule.Target.ToRevision) target).revision())));
    }
}
