package dev.sluice.kubedev.node.dns;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** What the cluster's own names mean, from its Services and their endpoints as they are now. */
final class ServiceNames {

    private static final String SUFFIX = ".cluster.local";
    private static final int MOST_ALIASES = 8;

    private final Supplier<List<Service>> services;
    private final Supplier<List<EndpointSlice>> slices;

    ServiceNames(Supplier<List<Service>> services, Supplier<List<EndpointSlice>> slices) {
        this.services = services;
        this.slices = slices;
    }

    /** What a name means. */
    sealed interface Meaning {
        /** Not one of the cluster's: ask outside. */
        record Foreign() implements Meaning {}

        /** One of the cluster's, but there is no such thing. */
        record Unknown() implements Meaning {}

        /** Addresses, possibly none yet. */
        record Addresses(List<String> ipv4) implements Meaning {}

        /** Another name for something outside. */
        record Alias(String name) implements Meaning {}
    }

    /** The name without its last dot, in lower case. */
    Meaning meaning(String name) {
        String at = name;
        for (int i = 0; i < MOST_ALIASES; i++) {
            if (!at.endsWith(SUFFIX)) {
                return i == 0 ? new Meaning.Foreign() : new Meaning.Alias(at);
            }
            String[] labels = at.substring(0, at.length() - SUFFIX.length()).split("\\.", -1);
            int kind = labels.length - 1;
            if (labels[kind].equals("pod") && labels.length == 3) {
                return new Meaning.Addresses(List.of(labels[0].replace('-', '.')));
            }
            if (!labels[kind].equals("svc") || labels.length < 3 || labels.length > 4) {
                return new Meaning.Unknown();
            }
            Optional<Service> service = service(labels[kind - 1], labels[kind - 2]);
            if (service.isEmpty()) {
                return new Meaning.Unknown();
            }
            if ("ExternalName".equals(service.get().getSpec().getType())) {
                at = service.get().getSpec().getExternalName().replaceFirst("\\.$", "");
                continue;
            }
            List<String> found = addresses(
                    labels[kind - 1], labels[kind - 2], labels.length == 4 ? Optional.of(labels[0]) : Optional.empty());
            return found.isEmpty() && labels.length == 4 ? new Meaning.Unknown() : new Meaning.Addresses(found);
        }
        return new Meaning.Unknown();
    }

    private Optional<Service> service(String namespace, String name) {
        return services.get().stream()
                .filter(s -> name.equals(s.getMetadata().getName())
                        && namespace.equals(s.getMetadata().getNamespace()))
                .findFirst();
    }

    private List<String> addresses(String namespace, String service, Optional<String> hostname) {
        Set<String> found = new LinkedHashSet<>();
        for (EndpointSlice slice : slices.get()) {
            boolean mine = namespace.equals(slice.getMetadata().getNamespace())
                    && "IPv4".equals(slice.getAddressType())
                    && slice.getMetadata().getLabels() != null
                    && service.equals(slice.getMetadata().getLabels().get("kubernetes.io/service-name"));
            if (mine) {
                for (Endpoint endpoint :
                        Optional.ofNullable(slice.getEndpoints()).orElse(List.of())) {
                    boolean ready = endpoint.getConditions() == null
                            || !Boolean.FALSE.equals(endpoint.getConditions().getReady());
                    if (ready
                            && hostname.map(h -> h.equals(endpoint.getHostname()))
                                    .orElse(true)) {
                        found.addAll(endpoint.getAddresses());
                    }
                }
            }
        }
        return new ArrayList<>(found);
    }
}
