package dev.sluice.buses.plane;

import dev.sluice.buses.ingress.ChannelNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Services without a selector whose endpoints are the gateway: what a host that takes events is found by in the cluster. */
public final class GatewayService {
    private static final String MANAGER = "sluice-events";
    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(MANAGER)
            .withForce(true)
            .build();

    private final @Nullable InetSocketAddress podsReach;
    private volatile boolean brokersDone;

    /** @param podsReach the gateway; null when there is none that is not loopback, and the Services have no endpoints */
    public GatewayService(@Nullable InetSocketAddress podsReach) {
        this.podsReach = podsReach;
    }

    /** The Service of all Brokers, once. */
    public void ensureForBrokers(KubernetesClient client) {
        if (!brokersDone) {
            apply(
                    client,
                    new ObjectMetaBuilder()
                            .withName(ChannelNames.brokerService())
                            .withNamespace(ChannelNames.eventingNamespace())
                            .withLabels(Map.of("app.kubernetes.io/managed-by", "sluice"))
                            .build());
            brokersDone = true;
        }
    }

    /** That of one object, which owns it. Answers what is in the way, if anything. */
    public Optional<String> ensure(
            KubernetesClient client, HasMetadata owner, String name, Map<String, String> labels) {
        var meta = owner.getMetadata();
        var there = client.services()
                .inNamespace(meta.getNamespace())
                .withName(name)
                .get();
        if (there != null
                && there.getMetadata().getOwnerReferences().stream()
                        .noneMatch(o -> o.getUid().equals(meta.getUid()))) {
            return Optional.of("Service " + name + " exists and does not belong to this " + owner.getKind());
        }
        apply(
                client,
                new ObjectMetaBuilder()
                        .withName(name)
                        .withNamespace(meta.getNamespace())
                        .withLabels(labels)
                        .withOwnerReferences(new OwnerReferenceBuilder()
                                .withApiVersion(owner.getApiVersion())
                                .withKind(owner.getKind())
                                .withName(meta.getName())
                                .withUid(meta.getUid())
                                .withController(true)
                                .withBlockOwnerDeletion(true)
                                .build())
                        .build());
        return Optional.empty();
    }

    private void apply(KubernetesClient client, ObjectMeta meta) {
        var service = new ServiceBuilder()
                .withMetadata(meta)
                .withNewSpec()
                .addNewPort()
                .withName("http")
                .withProtocol("TCP")
                .withPort(80)
                .withNewTargetPort(podsReach == null ? 80 : podsReach.getPort())
                .endPort()
                .endSpec()
                .build();
        client.resource(service).patch(APPLY);
        if (podsReach != null && !podsReach.getAddress().isLoopbackAddress()) {
            client.resource(endpoints(meta, podsReach)).patch(APPLY);
        }
    }

    private static EndpointSlice endpoints(ObjectMeta service, InetSocketAddress gateway) {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withName(service.getName())
                .withNamespace(service.getNamespace())
                .withLabels(Map.of(
                        "kubernetes.io/service-name",
                        service.getName(),
                        "endpointslice.kubernetes.io/managed-by",
                        MANAGER))
                .withOwnerReferences(service.getOwnerReferences())
                .endMetadata()
                .withAddressType(gateway.getAddress() instanceof Inet6Address ? "IPv6" : "IPv4")
                .addNewEndpoint()
                .withAddresses(List.of(gateway.getAddress().getHostAddress()))
                .withNewConditions()
                .withReady(true)
                .endConditions()
                .endEndpoint()
                .addNewPort()
                .withName("http")
                .withProtocol("TCP")
                .withPort(gateway.getPort())
                .endPort()
                .build();
    }
}
