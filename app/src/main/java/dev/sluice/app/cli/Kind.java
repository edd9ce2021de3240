package dev.sluice.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.List;
import java.util.Optional;

/** The kinds that verbs read, as JSON: what is printed is what the API server has, known to this version or not. */
enum Kind {
    SERVICE("serving.knative.dev", "v1", "Service", "services"),
    CONFIGURATION("serving.knative.dev", "v1", "Configuration", "configurations"),
    REVISION("serving.knative.dev", "v1", "Revision", "revisions"),
    ROUTE("serving.knative.dev", "v1", "Route", "routes"),
    BUILD("build.knative.dev", "v1alpha1", "Build", "builds"),
    BUILD_TEMPLATE("build.knative.dev", "v1alpha1", "BuildTemplate", "buildtemplates"),
    CLUSTER_BUILD_TEMPLATE("build.knative.dev", "v1alpha1", "ClusterBuildTemplate", "clusterbuildtemplates"),
    CHANNEL("channels.knative.dev", "v1alpha1", "Channel", "channels"),
    SUBSCRIPTION("channels.knative.dev", "v1alpha1", "Subscription", "subscriptions"),
    BROKER("eventing.knative.dev", "v1", "Broker", "brokers"),
    TRIGGER("eventing.knative.dev", "v1", "Trigger", "triggers"),
    CHANNEL_OF_TODAY("messaging.knative.dev", "v1", "Channel", "channels"),
    SUBSCRIPTION_OF_TODAY("messaging.knative.dev", "v1", "Subscription", "subscriptions");

    /** Made when something is read: to tell what verbs there are takes no Json.MAPPER. */
    private static final class Json {
        static final ObjectMapper MAPPER = new ObjectMapper();
    }

    private final String group;
    private final String version;
    private final String kind;
    private final String plural;

    Kind(String group, String version, String kind, String plural) {
        this.group = group;
        this.version = version;
        this.kind = kind;
        this.plural = plural;
    }

    String word() {
        return kind;
    }

    MixedOperation<GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>> in(
            KubernetesClient client) {
        return client.genericKubernetesResources(new ResourceDefinitionContext.Builder()
                .withGroup(group)
                .withVersion(version)
                .withKind(kind)
                .withPlural(plural)
                .withNamespaced(this != CLUSTER_BUILD_TEMPLATE)
                .build());
    }

    Optional<JsonNode> get(KubernetesClient client, String namespace, String name) {
        var found = this == CLUSTER_BUILD_TEMPLATE
                ? in(client).withName(name).get()
                : in(client).inNamespace(namespace).withName(name).get();
        return Optional.ofNullable(found).map(Kind::json);
    }

    List<JsonNode> list(KubernetesClient client, String namespace) {
        return in(client).inNamespace(namespace).list().getItems().stream()
                .map(Kind::json)
                .toList();
    }

    static JsonNode json(GenericKubernetesResource resource) {
        return Json.MAPPER.valueToTree(resource);
    }

    static GenericKubernetesResource resource(JsonNode json) {
        return Json.MAPPER.convertValue(json, GenericKubernetesResource.class);
    }
}
