package dev.sluice.serving.route;

import dev.sluice.api.networking.NetworkingNames;
import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.ServingAnnotations;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.serving.ServingConfig;
import dev.sluice.serving.cluster.Caches;
import dev.sluice.serving.cluster.Events;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.cluster.Writes;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The Kubernetes Services that make a Route's names resolve inside the cluster: to the gateway, wherever the pods are. */
final class Placeholders {
    private static final String PORT = "http2";
    private static final int HTTP = 80;
    private final Caches caches;
    private final Writes writes;
    private final Events events;
    private final ServingConfig config;

    Placeholders(Caches caches, Writes writes, Events events, ServingConfig config) {
        this.caches = caches;
        this.writes = writes;
        this.events = events;
        this.config = config;
    }

    /** Makes what is missing and deletes what is left over; the name of a Service that belongs to somebody else, if one is in the way. */
    Optional<String> ensure(Route route, Set<String> names) {
        var name = route.getMetadata().getName();
        for (var wanted : names) {
            if (!ensure(route, wanted)) {
                return Optional.of(wanted);
            }
        }
        caches.placeholders().by("namespace", route.getMetadata().getNamespace()).stream()
                .filter(service -> Meta.label(service, ServingLabels.ROUTE).equals(name)
                        && Meta.controlledBy(service, route)
                        && !names.contains(service.getMetadata().getName()))
                .forEach(service -> writes.delete(Service.class, ObjectKey.of(service)));
        return Optional.empty();
    }

    private boolean ensure(Route route, String name) {
        var key = new ObjectKey(route.getMetadata().getNamespace(), name);
        var labels = new TreeMap<>(Meta.labels(route));
        labels.remove(NetworkingNames.VISIBILITY);
        if (keptInside(key)) {
            labels.put(
                    NetworkingNames.VISIBILITY, NetworkingNames.CLUSTER_LOCAL); // somebody's wish for this name alone
        }
        labels.put(ServingLabels.ROUTE, route.getMetadata().getName());
        var annotations = new TreeMap<>(Meta.annotations(route));
        annotations.remove(ServingAnnotations.LAST_APPLIED);
        var existing = caches.placeholders().get(key);
        if (existing.isEmpty()) {
            var created = writes.create(service(route, name, labels, annotations));
            if (created.isEmpty()
                    && writes.get(Service.class, key)
                            .filter(s -> Meta.controlledBy(s, route))
                            .isEmpty()) {
                return false;
            }
            if (created.isPresent()) {
                events.normal(route, "Created", "Created placeholder service \"" + name + "\"");
            }
        } else if (!Meta.controlledBy(existing.get(), route)) {
            return false;
        } else if (!Meta.labels(existing.get()).equals(labels)
                || !Meta.annotations(existing.get()).equals(annotations)) {
            writes.mergePatch(
                    Service.class,
                    key,
                    writes.json(Map.of(
                            "metadata",
                            Map.of(
                                    "labels",
                                    replacing(Meta.labels(existing.get()), labels),
                                    "annotations",
                                    replacing(Meta.annotations(existing.get()), annotations)))));
        }
        if (!addresses().isEmpty()
                && caches.endpoints().get(key).filter(this::current).isEmpty()) {
            var slice = slice(route, name, labels);
            if (caches.endpoints().get(key).isPresent()) {
                writes.delete(EndpointSlice.class, key);
            }
            writes.create(slice);
        }
        return true;
    }

    /** Whether the Kubernetes Service of that name is labelled so. */
    boolean keptInside(ObjectKey key) {
        return caches.placeholders()
                .get(key)
                .filter(service ->
                        Meta.label(service, NetworkingNames.VISIBILITY).equals(NetworkingNames.CLUSTER_LOCAL))
                .isPresent();
    }

    /** A merge patch from one map to another: what is gone is null. */
    private static Map<String, @Nullable String> replacing(Map<String, String> before, Map<String, String> after) {
        var patch = new TreeMap<String, @Nullable String>();
        before.keySet().forEach(key -> patch.put(key, null));
        patch.putAll(after);
        return patch;
    }

    private Service service(Route route, String name, Map<String, String> labels, Map<String, String> annotations) {
        var service = new ServiceBuilder()
                .withMetadata(Meta.child(name, route, labels, annotations).build())
                .withNewSpec()
                .addNewPort()
                .withName(PORT)
                .withPort(HTTP)
                .withTargetPort(new IntOrString(config.gatewayPort()))
                .withAppProtocol("kubernetes.io/h2c")
                .endPort()
                .endSpec();
        if (config.gatewayPort() == HTTP) {
            service.editSpec().withClusterIP("None").endSpec(); // the name is the gateway's address itself
        }
        return service.build();
    }

    private EndpointSlice slice(Route route, String name, Map<String, String> labels) {
        var all = new TreeMap<>(labels);
        all.put("kubernetes.io/service-name", name);
        all.put("endpointslice.kubernetes.io/managed-by", "sluice.dev");
        return new EndpointSliceBuilder()
                .withMetadata(Meta.child(name, route, all, Map.of()).build())
                .withAddressType(addresses().getFirst().contains(":") ? "IPv6" : "IPv4")
                .addNewEndpoint()
                .withAddresses(addresses())
                .withNewConditions()
                .withReady(true)
                .endConditions()
                .endEndpoint()
                .addNewPort()
                .withName(PORT)
                .withPort(config.gatewayPort())
                .withProtocol("TCP")
                .withAppProtocol("kubernetes.io/h2c")
                .endPort()
                .build();
    }

    private boolean current(EndpointSlice slice) {
        return slice.getEndpoints().size() == 1
                && slice.getEndpoints().getFirst().getAddresses().equals(addresses())
                && slice.getPorts().size() == 1
                && slice.getPorts().getFirst().getPort() == config.gatewayPort();
    }

    /** Without loopback, which no pod could reach and no EndpointSlice may name. */
    private List<String> addresses() {
        return config.gatewayAddresses().stream()
                .filter(address -> !address.startsWith("127.") && !address.equals("::1"))
                .toList();
    }
}
