package dev.sluice.app.grpc;

import dev.sluice.api.duck.DeliveryAnnotations;
import dev.sluice.protos.v1.SubscriberRequest;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.grpc.Status;
import java.util.List;

/** Pauses and resumes what takes events, by the annotation that its reconciler follows. */
final class Pausing {
    private record Kind(String name, String group, String version, String plural) {
        ResourceDefinitionContext context() {
            return new ResourceDefinitionContext.Builder()
                    .withGroup(group)
                    .withVersion(version)
                    .withKind(name)
                    .withPlural(plural)
                    .withNamespaced(true)
                    .build();
        }
    }

    /** Of kinds with one name, the likelier first. */
    private static final List<Kind> KINDS = List.of(
            new Kind("Trigger", "eventing.knative.dev", "v1", "triggers"),
            new Kind("Subscription", "messaging.knative.dev", "v1", "subscriptions"),
            new Kind("Subscription", "channels.knative.dev", "v1alpha1", "subscriptions"));

    private final KubernetesClient client;

    Pausing(KubernetesClient client) {
        this.client = client;
    }

    /** @return false when it was so already */
    boolean set(SubscriberRequest request, boolean paused) {
        var kinds = KINDS.stream()
                .filter(kind -> kind.name().equals(request.getKind()))
                .toList();
        if (kinds.isEmpty()) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("kind: Trigger or Subscription, not \"" + request.getKind() + "\"")
                    .asRuntimeException();
        }
        for (var kind : kinds) {
            new Permission("patch", kind.group(), kind.plural(), request.getNamespace(), request.getName())
                    .require(client);
            var object = client.genericKubernetesResources(kind.context())
                    .inNamespace(request.getNamespace())
                    .withName(request.getName());
            var found = object.get();
            if (found != null) {
                return set(object, found, paused);
            }
        }
        throw Status.NOT_FOUND
                .withDescription(
                        "there is no " + request.getKind() + " " + request.getNamespace() + "/" + request.getName())
                .asRuntimeException();
    }

    private static boolean set(
            Resource<GenericKubernetesResource> object, GenericKubernetesResource found, boolean paused) {
        var annotations = found.getMetadata().getAnnotations();
        if (DeliveryAnnotations.paused(annotations) == paused) {
            return false;
        }
        var value = paused ? "\"true\"" : "null";
        object.patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"metadata\":{\"annotations\":{\"" + DeliveryAnnotations.PAUSED + "\":" + value + "}}}");
        return true;
    }
}
