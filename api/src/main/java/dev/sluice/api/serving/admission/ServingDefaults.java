package dev.sluice.api.serving.admission;

import java.util.Map;
import java.util.Optional;

/**
 * What config-defaults says about Revisions (spec/serving.md section 1.16).
 *
 * @param resources {@code cpu-request}, {@code memory-limit} and so on, as far as set
 * @param enableServiceLinks empty leaves it to Kubernetes
 */
public record ServingDefaults(
        long revisionTimeoutSeconds,
        long maxRevisionTimeoutSeconds,
        long responseStartTimeoutSeconds,
        long idleTimeoutSeconds,
        long containerConcurrency,
        long containerConcurrencyMaxLimit,
        boolean allowContainerConcurrencyZero,
        String containerName,
        String initContainerName,
        Optional<Boolean> enableServiceLinks,
        Map<String, String> resources) {
    public ServingDefaults {
        resources = Map.copyOf(resources);
    }

    public static ServingDefaults upstream() {
        return new ServingDefaults(
                300, 600, 300, 0, 0, 1000, true, "user-container", "init-container", Optional.of(false), Map.of());
    }
}
