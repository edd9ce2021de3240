package dev.sluice.app.grpc;

import dev.sluice.protos.v1.SubscriberRequest;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.grpc.Status;
import java.util.List;

/** The Triggers and Subscriptions that calls are about. */
final class SubscriberObjects {
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

    SubscriberObjects(KubernetesClient client) {
        this.client = client;
    }

    /** An object as it was found, and where it can be changed. */
    record Found(Resource<GenericKubernetesResource> resource, GenericKubernetesResource object) {}

    /** The object, for a caller who may patch it. */
    Found toPatch(SubscriberRequest request) {
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
            var resource = client.genericKubernetesResources(kind.context())
                    .inNamespace(request.getNamespace())
                    .withName(request.getName());
            var object = resource.get();
            if (object != null) {
                return new Found(resource, object);
            }
        }
        throw Status.NOT_FOUND
                .withDescription(
                        "there is no " + request.getKind() + " " + request.getNamespace() + "/" + request.getName())
                .asRuntimeException();
    }
}
