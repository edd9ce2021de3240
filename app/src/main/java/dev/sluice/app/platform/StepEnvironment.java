package dev.sluice.app.platform;

import static java.util.stream.Collectors.joining;

import dev.sluice.builds.image.SluiceImages;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What those steps of builds that run Sluice's own image are told of the installation. */
final class StepEnvironment {
    /** Handed on as they are: where Google Cloud Storage is, and where Maven finds everything. */
    private static final List<String> HANDED_ON = List.of("SLUICE_GCS_ENDPOINT", "SLUICE_MAVEN_MIRROR");

    static Map<String, String> of(PlatformOptions options, SluiceImages images) {
        var environment = new TreeMap<>(images.environment());
        for (var name : HANDED_ON) {
            options.env().value(name).ifPresent(value -> environment.put(name, value));
        }
        if (!options.mirrors().isEmpty()) {
            environment.put(
                    "SLUICE_REGISTRY_MIRRORS",
                    new TreeMap<>(options.mirrors())
                            .entrySet().stream()
                                    .map(mirror -> mirror.getKey() + "=" + mirror.getValue())
                                    .collect(joining(",")));
        }
        return environment;
    }

    private StepEnvironment() {}
}
