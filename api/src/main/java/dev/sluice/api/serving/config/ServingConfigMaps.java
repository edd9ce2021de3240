package dev.sluice.api.serving.config;

import dev.sluice.api.serving.admission.Features;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** What is to be said of a ConfigMap when it is written, and how its example is kept from being edited. */
public final class ServingConfigMaps {
    public static final String NAMESPACE = "knative-serving";
    public static final String CHECKSUM = "knative.dev/example-checksum";

    /** All that upstream has, in the order of their names; not all are read. */
    public static final List<String> NAMES = Stream.concat(
                    ServingSettings.NAMES.stream(),
                    Stream.of(
                            OperationsConfig.CERTMANAGER,
                            OperationsConfig.LEADER_ELECTION,
                            OperationsConfig.LOGGING,
                            OperationsConfig.TRACING))
            .sorted()
            .toList();

    private static final String EXAMPLE = "_example";
    private static final Pattern LINE_ENDS = Pattern.compile("(?:\\r?\\n)+");

    /** Why a ConfigMap must not be stored, if so; one of another name may. */
    public static Optional<String> refusal(String name, Map<String, String> data, Map<String, String> annotations) {
        var example = data.get(EXAMPLE);
        var checksum = annotations.get(CHECKSUM);
        if (example != null && checksum != null && !checksum.equals(checksum(example))) {
            return Optional.of(
                    "the update modifies a key in \"_example\" which is probably not what you want. Instead, "
                            + "copy the respective setting to the top-level of the ConfigMap, directly below \"data\"");
        }
        try {
            switch (name) {
                case ServingSettings.AUTOSCALER -> AutoscalerConfig.parse(data);
                case ServingSettings.DEFAULTS -> DefaultsConfig.parse(data);
                case ServingSettings.DEPLOYMENT -> DeploymentConfig.parse(data);
                case ServingSettings.DOMAIN -> DomainConfig.parse(data, "cluster.local");
                case ServingSettings.FEATURES -> Features.check(data).ifPresent(ServingConfigMaps::refuse);
                case ServingSettings.GC -> GcConfig.parse(data);
                case ServingSettings.NETWORK -> NetworkConfig.parse(data);
                case ServingSettings.OBSERVABILITY -> OperationsConfig.checkObservability(data);
                case OperationsConfig.LEADER_ELECTION -> OperationsConfig.checkLeaderElection(data);
                case OperationsConfig.LOGGING -> OperationsConfig.checkLogging(data);
                default -> {}
            }
            return Optional.empty();
        } catch (ConfigProblem problem) {
            return Optional.ofNullable(problem.getMessage());
        }
    }

    /** The keys that change nothing, each with the reason, for who writes them: none is ignored in silence. */
    public static List<String> withoutEffect(String name, Map<String, String> data) {
        var said = new ArrayList<String>();
        new TreeMap<>(data).forEach((key, value) -> {
            var why = KnownKeys.without(name, key);
            if (!why.isEmpty()) {
                said.add(key + " in " + name + " has no effect: " + why);
            } else if (name.equals(ServingSettings.NETWORK)
                    && Set.of("http-protocol", "httpProtocol").contains(key)
                    && value.equalsIgnoreCase("redirected")) {
                said.add(key + " in " + name + " has no effect on Routes: certificates are not obtained;"
                        + " DomainMappings with one redirect");
            }
        });
        return said;
    }

    /** As knative/pkg configmap computes it: over the text with every run of line ends as a backslash and an n. */
    public static String checksum(String example) {
        var crc = new CRC32();
        crc.update(LINE_ENDS.matcher(example.strip()).replaceAll("\\\\n").getBytes(StandardCharsets.UTF_8));
        return "%08x".formatted(crc.getValue());
    }

    private static void refuse(String message) {
        throw new ConfigProblem(message);
    }

    private ServingConfigMaps() {}
}
