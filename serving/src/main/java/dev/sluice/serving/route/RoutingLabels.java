package dev.sluice.serving.route;

import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.ServingAnnotations;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.api.serving.TrafficTarget;
import dev.sluice.serving.cluster.Caches;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.cluster.Writes;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes on revisions and configurations which Routes lead to them. That decides whether a revision may hold pods without being
 * asked for anything, and whether it may be collected.
 */
final class RoutingLabels {
    private final Caches caches;
    private final Writes writes;
    private final Clock clock;

    RoutingLabels(Caches caches, Writes writes, Clock clock) {
        this.caches = caches;
        this.writes = writes;
        this.clock = clock;
    }

    /** The Route leads to these, and may still lead to what it led to before. */
    void add(Route route, List<TrafficTarget> targets) {
        mark(led(route, targets), route.getMetadata().getName());
    }

    /** The Route leads to these and to nothing else. */
    void replace(Route route, List<TrafficTarget> targets) {
        var key = ObjectKey.of(route);
        var led = led(route, targets);
        mark(led, key.name());
        for (var revision : caches.revisionsLedToBy(key)) {
            if (!led.revisions.containsKey(revision.getMetadata().getName())) {
                label(revision, key.name(), false);
            }
        }
        for (var configuration : caches.configurationsLedToBy(key)) {
            if (!led.configurations.containsKey(configuration.getMetadata().getName())) {
                name(configuration, key.name(), false);
            }
        }
    }

    private void mark(Led led, String route) {
        led.revisions.values().forEach(revision -> label(revision, route, true));
        led.configurations.values().forEach(configuration -> name(configuration, route, true));
    }

    /** By name. */
    private record Led(Map<String, Revision> revisions, Map<String, Configuration> configurations) {}

    /** Also what the Route names itself: it shall be there, and hold pods, when the rest is ready. */
    private Led led(Route route, List<TrafficTarget> targets) {
        var led = new Led(new LinkedHashMap<>(), new LinkedHashMap<>());
        var namespace = route.getMetadata().getNamespace();
        Stream.concat(targets.stream(), route.getSpec().traffic().stream())
                .flatMap(target -> Stream.ofNullable(target.revisionName()))
                .flatMap(name -> caches.revisions().get(namespace, name).stream())
                .filter(revision -> !Traffic.foreign(route, revision))
                .forEach(revision -> led.revisions.put(revision.getMetadata().getName(), revision));
        for (var revision : led.revisions.values()) {
            caches.configurations()
                    .get(namespace, Meta.label(revision, ServingLabels.CONFIGURATION))
                    .ifPresent(c -> led.configurations.put(c.getMetadata().getName(), c));
        }
        return led;
    }

    /** After a Route is gone. */
    void clear(ObjectKey route) {
        caches.revisionsLedToBy(route).stream()
                .filter(revision -> !Meta.deleting(revision))
                .forEach(revision -> label(revision, route.name(), false));
        caches.configurationsLedToBy(route).stream()
                .filter(configuration -> !Meta.deleting(configuration))
                .forEach(configuration -> name(configuration, route.name(), false));
    }

    private void name(Configuration configuration, String route, boolean leads) {
        var routes = Meta.listed(configuration, ServingAnnotations.ROUTES);
        if (leads ? routes.add(route) : routes.remove(route)) {
            patch(
                    Configuration.class,
                    configuration,
                    Map.of("annotations", Map.of(ServingAnnotations.ROUTES, String.join(",", routes))));
        }
    }

    private void label(Revision revision, String route, boolean leads) {
        var routes = Meta.listed(revision, ServingAnnotations.ROUTES);
        var before = Meta.label(revision, ServingLabels.ROUTING_STATE);
        boolean changed = leads ? routes.add(route) : routes.remove(route);
        var state = routes.isEmpty() ? ServingLabels.STATE_RESERVE : ServingLabels.STATE_ACTIVE;
        if (!changed && state.equals(before)) {
            return;
        }
        var annotations = new HashMap<String, Object>();
        annotations.put(ServingAnnotations.ROUTES, String.join(",", routes));
        if (!state.equals(before)) {
            annotations.put(
                    ServingAnnotations.ROUTING_STATE_MODIFIED,
                    clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        }
        patch(
                Revision.class,
                revision,
                Map.of("labels", Map.of(ServingLabels.ROUTING_STATE, state), "annotations", annotations));
    }

    private <T extends HasMetadata> void patch(Class<T> kind, T object, Map<String, ?> metadata) {
        var seen = new HashMap<String, Object>(metadata); // another Route may write the same lists
        seen.put("resourceVersion", object.getMetadata().getResourceVersion());
        writes.mergePatch(kind, ObjectKey.of(object), writes.json(Map.of("metadata", seen)));
    }
}
