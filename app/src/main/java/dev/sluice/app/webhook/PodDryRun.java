package dev.sluice.app.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.net.HttpURLConnection;
import java.util.Optional;
import java.util.Set;

/**
 * A second look at a Service or Configuration that is only tried ({@code --dry-run=server}): whether the API server itself
 * would take a pod of its template. What is stored for good is not asked about twice.
 */
public final class PodDryRun {
    private static final Set<String> TEMPLATED = Set.of("services", "configurations");
    private static final String GROUP = "serving.knative.dev";
    /** Of a port whose number is left to Knative. */
    private static final int DEFAULT_PORT = 8080;

    private static final String NAME_PREFIX = "dry-run-validation";

    private final KubernetesClient client;

    public PodDryRun(KubernetesClient client) {
        this.client = client;
    }

    /** @param request of an AdmissionReview */
    Optional<String> refusal(JsonNode request) {
        var resource = request.path("resource");
        var spec = request.path("object").path("spec").path("template").path("spec");
        if (!request.path("dryRun").asBoolean(false)
                || !resource.path("group").asText().equals(GROUP)
                || !TEMPLATED.contains(resource.path("resource").asText())
                || !request.path("subResource").asText("").isEmpty()
                || !spec.isObject()) {
            return Optional.empty();
        }
        try {
            client.resource(pod(
                            client.getKubernetesSerialization(),
                            request.path("namespace").asText(),
                            spec))
                    .dryRun()
                    .create();
            return Optional.empty();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return Optional.empty(); // of the namespace, or of us; not of the template
            }
            var status = e.getStatus();
            return Optional.of("dry run failed with "
                    + (status == null || status.getMessage() == null ? e.getMessage() : status.getMessage())
                    + ": spec.template");
        }
    }

    static Pod pod(KubernetesSerialization serialization, String namespace, JsonNode spec) {
        var pod = serialization.unmarshal(spec.toString(), PodSpec.class);
        for (var container : pod.getContainers()) {
            if (container.getName() == null || container.getName().isEmpty()) {
                container.setName("user-container");
            }
            for (var port : container.getPorts()) {
                if (port.getContainerPort() == null || port.getContainerPort() == 0) {
                    port.setContainerPort(DEFAULT_PORT);
                }
            }
            container.setReadinessProbe(null); // its port may be left to Knative
            container.setLivenessProbe(null);
            container.setStartupProbe(null);
        }
        return new PodBuilder()
                .withNewMetadata()
                .withGenerateName(NAME_PREFIX + "-")
                .withNamespace(namespace)
                .endMetadata()
                .withSpec(pod)
                .build();
    }
}
