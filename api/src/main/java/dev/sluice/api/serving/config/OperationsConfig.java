package dev.sluice.api.serving.config;

import static dev.sluice.api.serving.config.ConfigProblem.unless;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The ConfigMaps about how upstream itself is run and watched: checked like the others, but nothing of Sluice hangs on their values. What
 * would have to be done and is not, is refused.
 */
final class OperationsConfig {
    static final String CERTMANAGER = "config-certmanager";
    static final String LEADER_ELECTION = "config-leader-election";
    static final String LOGGING = "config-logging";
    static final String TRACING = "config-tracing";

    private static final Set<String> LEVELS = Set.of("debug", "info", "warn", "error", "dpanic", "panic", "fatal");
    private static final ObjectMapper JSON = new ObjectMapper();

    static void checkObservability(Map<String, String> map) {
        var data = new ConfigData(map);
        for (var key : new String[] {
            "logging.enable-var-log-collection", "logging.enable-request-log", "logging.enable-probe-request-log"
        }) {
            unless(!data.truth(key, false), unsupported(key, map, ServingSettings.OBSERVABILITY));
        }
        only(map, "metrics-protocol", Set.of("", "none", "prometheus"));
        only(map, "request-metrics-protocol", Set.of("", "none", "prometheus"));
        var _ = TracingConfig.parse(map);
        only(map, "runtime-profiling", Set.of("", "disabled"));
    }

    private static void only(Map<String, String> map, String key, Set<String> supported) {
        unless(
                supported.contains(map.getOrDefault(key, "").toLowerCase(Locale.ROOT)),
                unsupported(key, map, ServingSettings.OBSERVABILITY));
    }

    static void checkLeaderElection(Map<String, String> map) {
        var data = new ConfigData(map);
        var lease = data.duration(Duration.ofSeconds(60), "lease-duration");
        var renew = data.duration(Duration.ofSeconds(40), "renew-deadline");
        var retry = data.duration(Duration.ofSeconds(10), "retry-period");
        unless(
                lease.isPositive() && renew.isPositive() && retry.isPositive(),
                "lease-duration, renew-deadline and retry-period must be positive");
        long buckets = data.whole(1, "buckets");
        unless(buckets >= 1 && buckets <= 10, "buckets = " + buckets + ", must be in [1, 10] interval");
    }

    static void checkLogging(Map<String, String> map) {
        map.forEach((key, value) -> {
            if (key.startsWith("loglevel.")) {
                unless(
                        LEVELS.contains(value.toLowerCase(Locale.ROOT)),
                        "failed to parse \"" + key + "\": unrecognized level: \"" + value + "\"");
            }
        });
        var zap = map.getOrDefault("zap-logger-config", "");
        try {
            unless(
                    zap.isBlank() || JSON.readTree(zap).isObject(),
                    "failed to parse \"zap-logger-config\": it is no JSON object");
        } catch (JsonProcessingException e) {
            throw new ConfigProblem("failed to parse \"zap-logger-config\": " + e.getOriginalMessage());
        }
    }

    static String unsupported(String key, Map<String, String> map, String name) {
        return key + " with value " + map.get(key) + " in " + name + " ConfigMap is not supported";
    }

    private OperationsConfig() {}
}
