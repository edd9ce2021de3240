package dev.sluice.api.serving.config;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The keys of upstream's ConfigMaps for serving, and why some change nothing here: whoever sets such a key is told so when writing it.
 * The page {@code docs/configuration.md} has the same list for people.
 */
final class KnownKeys {
    private static final String NO_SIDECAR = "there is no sidecar";
    private static final String NO_INGRESS = "the gateway is Sluice's own";
    private static final String NO_CERTIFICATES = "certificates are not obtained";
    private static final String ONE_INSTANCE = "one instance runs at a time";

    private static final String EFFECTIVE = "";

    private static final Map<String, Map<String, String>> KEYS = new TreeMap<>();

    static {
        effective(
                ServingSettings.AUTOSCALER,
                "container-concurrency-target-percentage",
                "container-concurrency-target-default",
                "requests-per-second-target-default",
                "target-burst-capacity",
                "stable-window",
                "panic-window-percentage",
                "panic-threshold-percentage",
                "initial-scale",
                "min-scale",
                "max-scale",
                "scale-down-delay",
                "max-scale-up-rate",
                "max-scale-down-rate",
                "enable-scale-to-zero",
                "scale-to-zero-grace-period",
                "scale-to-zero-pod-retention-period",
                "pod-autoscaler-class",
                "allow-zero-initial-scale",
                "max-scale-limit");
        without(
                ServingSettings.AUTOSCALER,
                "there is no activator: requests always come through the gateway",
                List.of("activator-capacity"));
        effective(
                ServingSettings.DEFAULTS,
                "revision-timeout-seconds",
                "max-revision-timeout-seconds",
                "revision-response-start-timeout-seconds",
                "revision-idle-timeout-seconds",
                "revision-cpu-request",
                "revision-cpu-limit",
                "revision-memory-request",
                "revision-memory-limit",
                "revision-ephemeral-storage-request",
                "revision-ephemeral-storage-limit",
                "container-name-template",
                "init-container-name-template",
                "container-concurrency",
                "container-concurrency-max-limit",
                "allow-container-concurrency-zero",
                "enable-service-links");
        effective(
                ServingSettings.DEPLOYMENT,
                "registries-skipping-tag-resolving",
                "registriesSkippingTagResolving",
                "digest-resolution-timeout",
                "digestResolutionTimeout",
                "progress-deadline",
                "progressDeadline",
                "default-affinity-type",
                "pod-is-always-schedulable",
                "runtime-class-name");
        without(
                ServingSettings.DEPLOYMENT,
                NO_SIDECAR,
                List.of(
                        "queue-sidecar-image",
                        "queueSidecarImage",
                        "queue-sidecar-cpu-request",
                        "queueSidecarCPURequest",
                        "queue-sidecar-cpu-limit",
                        "queueSidecarCPULimit",
                        "queue-sidecar-memory-request",
                        "queueSidecarMemoryRequest",
                        "queue-sidecar-memory-limit",
                        "queueSidecarMemoryLimit",
                        "queue-sidecar-ephemeral-storage-request",
                        "queueSidecarEphemeralStorageRequest",
                        "queue-sidecar-ephemeral-storage-limit",
                        "queueSidecarEphemeralStorageLimit",
                        "queue-sidecar-token-audiences",
                        "queue-sidecar-rootca",
                        "queue-sidecar-tls-min-version",
                        "queue-sidecar-tls-max-version",
                        "queue-sidecar-tls-cipher-suites",
                        "queue-sidecar-tls-curve-preferences",
                        "concurrency-state-endpoint",
                        "concurrencyStateEndpoint"));
        effective(
                ServingSettings.GC,
                "retain-since-create-time",
                "retain-since-last-active-time",
                "min-non-active-revisions",
                "max-non-active-revisions");
        effective(
                ServingSettings.NETWORK,
                "domain-template",
                "domainTemplate",
                "tag-template",
                "tagTemplate",
                "external-domain-tls",
                "auto-tls",
                "autoTLS",
                "cluster-local-domain-tls",
                "system-internal-tls",
                "namespace-wildcard-cert-selector",
                "http-protocol",
                "httpProtocol",
                "default-external-scheme",
                "defaultExternalScheme",
                "rollout-duration",
                "rolloutDuration",
                "autocreate-cluster-domain-claims",
                "autocreateClusterDomainClaims",
                "mesh-compatibility-mode",
                "external-port");
        without(ServingSettings.NETWORK, NO_INGRESS, List.of("ingress-class", "ingress.class"));
        without(ServingSettings.NETWORK, NO_CERTIFICATES, List.of("certificate-class", "certificate.class"));
        without(
                ServingSettings.NETWORK,
                "pods are always spoken to by their own addresses",
                List.of("enable-mesh-pod-addressability", "enableMeshPodAddressability"));
        effective(
                ServingSettings.OBSERVABILITY,
                "logging.revision-url-template",
                "logging.enable-var-log-collection",
                "logging.enable-request-log",
                "logging.enable-probe-request-log",
                "metrics-protocol",
                "request-metrics-protocol",
                "tracing-protocol",
                "tracing-endpoint",
                "tracing-sampling-rate",
                "runtime-profiling");
        without(
                ServingSettings.OBSERVABILITY,
                "nothing of it is switched on",
                List.of(
                        "logging.request-log-template",
                        "metrics-endpoint",
                        "metrics-export-interval",
                        "request-metrics-endpoint",
                        "request-metrics-export-interval"));
        without(
                OperationsConfig.CERTMANAGER,
                NO_CERTIFICATES,
                List.of("issuerRef", "clusterLocalIssuerRef", "systemInternalIssuerRef"));
        without(
                OperationsConfig.LEADER_ELECTION,
                ONE_INSTANCE,
                List.of("lease-duration", "renew-deadline", "retry-period", "buckets", "map-lease-prefix"));
        without(OperationsConfig.LOGGING, "Sluice logs as it is started to", List.of("zap-logger-config"));
    }

    /** Why this key changes nothing, in words for who sets it; empty when it does something, or is refused where it could not. */
    static String without(String map, String key) {
        if (key.startsWith("_")) {
            return EFFECTIVE; // an example
        }
        return switch (map) {
            case ServingSettings.DOMAIN, ServingSettings.FEATURES ->
                EFFECTIVE; // names of domains; Features knows its own
            case OperationsConfig.TRACING ->
                "config-tracing is deprecated; see tracing-protocol in config-observability";
            case OperationsConfig.LOGGING ->
                key.startsWith("loglevel.") ? "Sluice logs as it is started to" : of(map, key);
            default -> of(map, key);
        };
    }

    private static String of(String map, String key) {
        var keys = KEYS.get(map);
        return keys == null ? EFFECTIVE : keys.getOrDefault(key, "it is not known");
    }

    /** For the page: keys of a map in order, with why one changes nothing. */
    static Map<String, String> of(String map) {
        return KEYS.getOrDefault(map, Map.of());
    }

    private static void effective(String map, String... keys) {
        without(map, EFFECTIVE, List.of(keys));
    }

    private static void without(String map, String why, List<String> keys) {
        var all = KEYS.computeIfAbsent(map, _ -> new TreeMap<>());
        keys.forEach(key -> all.put(key, why));
    }

    private KnownKeys() {}
}
