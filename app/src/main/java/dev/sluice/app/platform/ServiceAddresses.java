package dev.sluice.app.platform;

import dev.sluice.buses.send.HostResolver;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where names of the cluster lead from this process, which asks no cluster DNS: a Service's name to one of its endpoints (of
 * a Route or a Channel that is the gateway), a name in our domain to the gateway. Where pods are plain processes the gateway
 * is at a loopback address, which no EndpointSlice may name: there a Service without a selector stands for the gateway.
 */
final class ServiceAddresses implements HostResolver, AutoCloseable {
    private static final String SERVICE_LABEL = "kubernetes.io/service-name";
    private static final String BY_SERVICE = "service";

    private final SharedIndexInformer<EndpointSlice> slices;
    private final Optional<SharedIndexInformer<Service>> services;
    private final Pattern inCluster;
    private final Network network;

    ServiceAddresses(KubernetesClient client, String clusterDomain, Network network) {
        this.network = network;
        this.inCluster =
                Pattern.compile("([a-z0-9-]+)\\.([a-z0-9-]+)(\\.svc(\\." + Pattern.quote(clusterDomain) + ")?)?");
        slices = client.discovery().v1().endpointSlices().inAnyNamespace().inform();
        slices.addIndexers(Map.of(BY_SERVICE, ServiceAddresses::service));
        services = network.pods().getAddress().isLoopbackAddress()
                ? Optional.of(client.services().inAnyNamespace().inform())
                : Optional.empty();
    }

    @Override
    public Optional<InetSocketAddress> resolve(String host, int port) {
        var name = host.toLowerCase(java.util.Locale.ROOT);
        if (name.endsWith("." + Network.DOMAIN)) {
            return Optional.of(network.outside());
        }
        var match = inCluster.matcher(name);
        if (!match.matches()) {
            return Optional.empty();
        }
        var service = match.group(2) + "/" + match.group(1);
        return slices.getIndexer().byIndex(BY_SERVICE, service).stream()
                .flatMap(slice -> endpoint(slice, port).stream())
                .findFirst()
                .or(() -> placeholder(service));
    }

    private Optional<InetSocketAddress> placeholder(String service) {
        return services.map(all -> all.getStore().getByKey(service))
                .filter(found -> found.getSpec().getSelector() == null
                        || found.getSpec().getSelector().isEmpty())
                .filter(found -> found.getSpec().getExternalName() == null)
                .map(_ -> network.pods());
    }

    private static List<String> service(EndpointSlice slice) {
        var metadata = slice.getMetadata();
        var service = metadata.getLabels() == null ? null : metadata.getLabels().get(SERVICE_LABEL);
        return service == null ? List.of() : List.of(metadata.getNamespace() + "/" + service);
    }

    private static Optional<InetSocketAddress> endpoint(EndpointSlice slice, int wanted) {
        var ports = Objects.requireNonNullElse(slice.getPorts(), List.<EndpointPort>of());
        var port = ports.stream()
                .map(EndpointPort::getPort)
                .filter(Objects::nonNull)
                .sorted(java.util.Comparator.comparing(
                        candidate -> candidate != wanted)) // the port itself, if it is there
                .findFirst();
        if (port.isEmpty() || slice.getEndpoints() == null) {
            return Optional.empty();
        }
        return slice.getEndpoints().stream()
                .filter(e -> e.getConditions() == null
                        || !Boolean.FALSE.equals(e.getConditions().getReady()))
                .flatMap(e -> e.getAddresses().stream())
                .findFirst()
                .map(address -> new InetSocketAddress(address, port.get()));
    }

    @Override
    public void close() {
        slices.close();
        services.ifPresent(SharedIndexInformer::close);
    }
}
