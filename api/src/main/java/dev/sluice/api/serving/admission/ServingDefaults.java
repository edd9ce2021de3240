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
        ContainerName containerName,
        ContainerName initContainerName,
        Optional<Boolean> enableServiceLinks,
        Map<String, String> resources) {
    private static final String CONTAINER = "user-container";
    private static final String INIT_CONTAINER = "init-container";

    public ServingDefaults {
        resources = Map.copyOf(resources);
    }

    /** As they are for a container of an object of this name. */
    ServingDefaults within(String name, String namespace) {
        return new ServingDefaults(
                revisionTimeoutSeconds,
                maxRevisionTimeoutSeconds,
                responseStartTimeoutSeconds,
                idleTimeoutSeconds,
                containerConcurrency,
                containerConcurrencyMaxLimit,
                allowContainerConcurrencyZero,
                containerName.within(name, namespace),
                initContainerName.within(name, namespace),
                enableServiceLinks,
                resources);
    }

    public static ServingDefaults upstream() {
        return new ServingDefaults(
                300,
                600,
                300,
                0,
                0,
                1000,
                true,
                new ContainerName(CONTAINER, CONTAINER),
                new ContainerName(INIT_CONTAINER, INIT_CONTAINER),
                Optional.of(false),
                Map.of());
    }
}
