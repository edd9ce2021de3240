package dev.sluice.activities.build;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an installation puts into the pods of builds.
 *
 * @param stepImage Sluice's own image: it runs credentials, the fetches of sources and {@code nop}, and stands in for {@code sluice/step}
 * @param insecureRegistries {@code host:port} of registries that are spoken to without TLS
 * @param mostPerNamespace how many builds may run at a time in a namespace, further ones wait; 0 for any number
 * @param environment further variables of the steps that run Sluice's own image, for example mirror settings
 */
public record BuildPodSettings(
        String stepImage,
        Collection<String> insecureRegistries,
        Map<String, String> environment,
        int mostPerNamespace) {
    /** What templates write for Sluice's own image. */
    public static final String STEP_IMAGE_PLACEHOLDER = "sluice/step";

    public BuildPodSettings {
        insecureRegistries = List.copyOf(insecureRegistries);
        environment = Map.copyOf(environment);
    }

    public BuildPodSettings(String stepImage, Collection<String> insecureRegistries) {
        this(stepImage, insecureRegistries, Map.of(), 0);
    }

    public BuildPodSettings(String stepImage, Collection<String> insecureRegistries, Map<String, String> environment) {
        this(stepImage, insecureRegistries, environment, 0);
    }

    /** In order of the names, so that the same settings make the same pod. */
    Map<String, String> stepEnvironment() {
        var all = new TreeMap<>(environment);
        if (!insecureRegistries.isEmpty()) {
            all.put("SLUICE_INSECURE_REGISTRIES", String.join(",", insecureRegistries));
        }
        return all;
    }
}
