package dev.sluice.serving.route;

import dev.sluice.api.serving.ChildNames;
import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.TrafficTarget;
import dev.sluice.api.serving.config.ServingSettings;
import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.serving.ServingConfig;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.serving.cluster.ObjectKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The names of a Route and of its tags, and the rules behind them (spec/serving.md section 1.14). Pure over what the lookups find. */
final class Hosts {
    private final ServingConfig config;
    private final Supplier<ServingSettings> settings;
    private final Predicate<ObjectKey> kept;

    /** @param kept whether the Kubernetes Service of that name is labelled to keep its name inside the cluster */
    Hosts(ServingConfig config, Supplier<ServingSettings> settings, Predicate<ObjectKey> kept) {
        this.config = config;
        this.settings = settings;
        this.kept = kept;
    }

    String url(Route route) {
        return url(route, route.getMetadata().getName());
    }

    String tagUrl(Route route, String tag) {
        return url(route, tagName(route.getMetadata().getName(), tag));
    }

    String address(Route route) {
        return "http://" + internal(route, route.getMetadata().getName());
    }

    /** What a tag's hosts, and its Kubernetes Service, are named. */
    String tagName(String route, String tag) {
        return ChildNames.child(
                settings.get()
                        .network()
                        .tagTemplate()
                        .expand(Map.of("Name", route, "Tag", tag), Map.of(), Map.of())
                        .orElseThrow(),
                "");
    }

    /** Of the Route and of each of its tags. */
    Set<String> serviceNames(Route route, List<TrafficTarget> targets) {
        var name = route.getMetadata().getName();
        var names = new TreeSet<String>();
        names.add(name);
        for (var target : targets) {
            if (target.tag() != null && !target.tag().isEmpty()) {
                names.add(tagName(name, target.tag()));
            }
        }
        return names;
    }

    Map<String, HostRule> rules(Route route, List<TrafficTarget> targets) {
        var rules = new LinkedHashMap<String, HostRule>();
        var name = route.getMetadata().getName();
        var namespace = route.getMetadata().getNamespace();
        var tags = new HashMap<String, RevisionId>();
        var byTag = new LinkedHashMap<String, List<TrafficTarget>>();
        for (var target : targets) {
            if (target.tag() != null && !target.tag().isEmpty()) {
                tags.put(target.tag(), id(namespace, target));
                byTag.computeIfAbsent(target.tag(), _ -> new ArrayList<>()).add(target);
            }
        }
        var main = splits(namespace, targets);
        if (main.isEmpty()) {
            return Map.of();
        }
        boolean byHeader = settings.get().features().tagHeaderBasedRouting();
        var rule = new HostRule(namespace, name, main, byHeader ? tags : Map.of());
        names(route, name).forEach(host -> rules.put(host, rule));
        byTag.forEach((tag, tagged) -> {
            var own = new HostRule(namespace, name, whole(namespace, tagged), Map.of());
            names(route, tagName(name, tag)).forEach(host -> rules.put(host, own));
        });
        return rules;
    }

    private static List<HostRule.Split> splits(String namespace, List<TrafficTarget> targets) {
        var percents = new LinkedHashMap<RevisionId, Integer>();
        for (var target : targets) {
            if (target.share() > 0) {
                percents.merge(id(namespace, target), (int) target.share(), Integer::sum);
            }
        }
        return percents.entrySet().stream()
                .map(e -> new HostRule.Split(new HostRule.Target.ToRevision(e.getKey()), e.getValue()))
                .toList();
    }

    /** A tag's own host gets everything, divided as the tag's targets are. */
    private static List<HostRule.Split> whole(String namespace, List<TrafficTarget> tagged) {
        long sum = tagged.stream().mapToLong(TrafficTarget::share).sum();
        if (sum == 0 || tagged.size() == 1) {
            return List.of(new HostRule.Split(new HostRule.Target.ToRevision(id(namespace, tagged.getFirst())), 100));
        }
        var splits = new ArrayList<HostRule.Split>();
        int left = 100;
        for (int i = 0; i < tagged.size(); i++) {
            var target = tagged.get(i);
            int percent = i == tagged.size() - 1 ? left : (int) (100 * target.share() / sum);
            left -= percent;
            splits.add(new HostRule.Split(new HostRule.Target.ToRevision(id(namespace, target)), percent));
        }
        return splits;
    }

    private static RevisionId id(String namespace, TrafficTarget target) {
        return new RevisionId(namespace, Objects.requireNonNullElse(target.revisionName(), ""));
    }

    private List<String> names(Route route, String name) {
        var namespace = route.getMetadata().getNamespace();
        var local = name + "." + namespace;
        var names = new ArrayList<>(List.of(internal(route, name), local + ".svc", local));
        if (!clusterLocal(route, name)) {
            names.add(external(route, name));
        }
        return names.stream()
                .map(host -> host.toLowerCase(Locale.ROOT))
                .distinct()
                .toList();
    }

    private String url(Route route, String name) {
        if (clusterLocal(route, name)) {
            return "http://" + internal(route, name);
        }
        var network = settings.get().network();
        int port = network.externalPort() == 0 ? config.externalPort() : network.externalPort();
        return network.externalScheme() + "://" + external(route, name) + (port == 80 || port == 443 ? "" : ":" + port);
    }

    private String external(Route route, String name) {
        return settings.get()
                .network()
                .domainTemplate()
                .expand(
                        Map.of("Name", name, "Namespace", route.getMetadata().getNamespace(), "Domain", domain(route)),
                        Meta.labels(route),
                        Meta.annotations(route))
                .orElseThrow();
    }

    private String internal(Route route, String name) {
        return name + "." + route.getMetadata().getNamespace() + ".svc." + config.clusterDomain();
    }

    private String domain(Route route) {
        return settings.get().domain().domain(Meta.labels(route));
    }

    private boolean clusterLocal(Route route, String name) {
        return domain(route).equals("svc." + config.clusterDomain())
                || kept.test(new ObjectKey(route.getMetadata().getNamespace(), name));
    }
}
