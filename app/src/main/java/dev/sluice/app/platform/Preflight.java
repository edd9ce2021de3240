package dev.sluice.app.platform;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;

/** Refuses a cluster where two would answer for the same kinds. */
final class Preflight {
    private static final Map<String, List<String>> CONTROLLERS = Map.of(
            "knative-serving", List.of("controller", "webhook", "activator", "autoscaler"),
            "knative-eventing", List.of("eventing-controller", "eventing-webhook"),
            "knative-build", List.of("build-controller", "build-webhook"));

    static void check(KubernetesClient client) {
        var found = CONTROLLERS.entrySet().stream()
                .flatMap(entry -> client.apps().deployments().inNamespace(entry.getKey()).list().getItems().stream()
                        .filter(deployment -> entry.getValue()
                                .contains(deployment.getMetadata().getName()))
                        .map(Preflight::name))
                .sorted()
                .toList();
        if (!found.isEmpty()) {
            throw new PlatformException("the cluster runs Knative's own controllers (" + String.join(", ", found)
                    + "); two cannot answer for the same kinds. Remove them, or start with --adopt");
        }
    }

    private static String name(Deployment deployment) {
        return deployment.getMetadata().getNamespace() + "/"
                + deployment.getMetadata().getName();
    }

    private Preflight() {}
}
