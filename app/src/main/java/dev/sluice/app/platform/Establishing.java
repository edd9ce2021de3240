package dev.sluice.app.platform;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Waits until the API server serves a definition. One that was killed between accepting a definition's names and establishing it
 * comes back to that only when the definition changes (or minutes later), so it is changed: by an annotation. A definition is
 * never deleted, because everything of its kind would go with it.
 *
 * @param hangs after how long a definition is touched
 * @param limit how long is waited after that
 * @param progress one line for each definition that takes long
 */
record Establishing(KubernetesClient client, Duration hangs, Duration limit, Consumer<String> progress) {
    /** Its value means nothing; that it is new is what the API server notices. */
    static final String TOUCHED = "sluice.dev/touched";

    /** Two minutes in all: a slow machine is no reason to give up. */
    Establishing(KubernetesClient client, Consumer<String> progress) {
        this(client, Duration.ofSeconds(10), Duration.ofSeconds(110), progress);
    }

    void await(String name) {
        var resource = client.apiextensions().v1().customResourceDefinitions().withName(name);
        if (within(resource, hangs)) {
            return;
        }
        progress.accept(
                "kubernetes: " + name + " is not served yet; waiting for it, up to " + limit.toSeconds() + " s");
        resource.patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"metadata\":{\"annotations\":{\"" + TOUCHED + "\":\"" + UUID.randomUUID() + "\"}}}");
        if (!within(resource, limit)) {
            throw new PlatformException("the API server does not serve " + name + ": " + why(resource.get()));
        }
    }

    private static boolean within(Resource<CustomResourceDefinition> resource, Duration time) {
        try {
            resource.waitUntilCondition(Establishing::established, time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (KubernetesClientTimeoutException _) {
            return false;
        }
    }

    private static boolean established(@Nullable CustomResourceDefinition found) {
        return conditions(found).stream()
                .anyMatch(
                        c -> c.getType().equals("Established") && c.getStatus().equals("True"));
    }

    private static String why(@Nullable CustomResourceDefinition found) {
        var said = conditions(found).stream()
                .filter(c -> c.getStatus().equals("False"))
                .map(c -> c.getType() + " is false, " + c.getReason() + ": " + c.getMessage())
                .collect(Collectors.joining("; "));
        return said.isEmpty() ? "it says nothing of it" : said;
    }

    /** A definition that is new has none yet. */
    private static List<CustomResourceDefinitionCondition> conditions(@Nullable CustomResourceDefinition found) {
        return found == null || found.getStatus() == null
                ? List.of()
                : Objects.requireNonNullElse(found.getStatus().getConditions(), List.of());
    }
}
