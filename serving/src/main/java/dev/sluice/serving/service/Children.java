package dev.sluice.serving.service;

import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.ConfigurationSpec;
import dev.sluice.api.serving.HistoricForm;
import dev.sluice.api.serving.KnativeService;
import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.RouteSpec;
import dev.sluice.api.serving.ServingAnnotations;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.api.serving.TrafficTarget;
import dev.sluice.serving.cluster.Meta;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The Configuration and the Route that a Service asks for. Pure. */
final class Children {
    private static final Set<String> OWN =
            Set.of(ServingAnnotations.LAST_APPLIED, HistoricForm.KEY, ServingAnnotations.ROUTES);
    private static final Set<String> ROUTE_ONLY =
            Set.of(ServingAnnotations.ROLLOUT_DURATION, ServingAnnotations.ROLLOUT_DURATION_LEGACY);

    static Configuration configuration(KnativeService service, @Nullable Configuration existing) {
        var annotations = annotations(service);
        annotations.keySet().removeAll(ROUTE_ONLY);
        // as its Route would write later, which may also take it out again
        var routes = existing == null
                ? service.getMetadata().getName()
                : Meta.annotations(existing).get(ServingAnnotations.ROUTES);
        if (routes != null) {
            annotations.put(ServingAnnotations.ROUTES, routes);
        }
        var configuration = new Configuration();
        configuration.setMetadata(Meta.child(service.getMetadata().getName(), service, labels(service), annotations)
                .build());
        configuration.setSpec(new ConfigurationSpec(service.getSpec().template()));
        return configuration;
    }

    static Route route(KnativeService service) {
        var route = new Route();
        route.setMetadata(Meta.child(service.getMetadata().getName(), service, labels(service), annotations(service))
                .build());
        route.setSpec(new RouteSpec(traffic(service)));
        return route;
    }

    private static List<TrafficTarget> traffic(KnativeService service) {
        var name = service.getMetadata().getName();
        var wanted = service.getSpec().traffic();
        if (wanted.isEmpty()) {
            return List.of(new TrafficTarget(null, null, name, true, 100L, null));
        }
        return wanted.stream()
                .map(target -> target.latest()
                        ? new TrafficTarget(target.tag(), null, name, true, target.percent(), null)
                        : new TrafficTarget(target.tag(), target.revisionName(), null, false, target.percent(), null))
                .toList();
    }

    private static Map<String, String> labels(KnativeService service) {
        var labels = new TreeMap<>(Meta.labels(service));
        labels.put(ServingLabels.SERVICE, service.getMetadata().getName());
        labels.put(ServingLabels.SERVICE_UID, service.getMetadata().getUid());
        return labels;
    }

    private static Map<String, String> annotations(KnativeService service) {
        var annotations = new TreeMap<>(Meta.annotations(service));
        annotations.keySet().removeAll(OWN);
        return annotations;
    }

    private Children() {}
}
