package dev.sluice.api.serving.config;

import static dev.sluice.api.serving.config.ConfigProblem.unless;

import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.serving.admission.ContainerName;
import dev.sluice.api.serving.admission.ServingDefaults;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** config-defaults. */
public final class DefaultsConfig {
    public static ServingDefaults parse(Map<String, String> map) {
        var data = new ConfigData(map);
        var upstream = ServingDefaults.upstream();
        long timeout = data.whole(upstream.revisionTimeoutSeconds(), "revision-timeout-seconds");
        var resources = new TreeMap<String, String>();
        for (var resource : List.of("cpu", "memory", "ephemeral-storage")) {
            for (var bound : List.of("-request", "-limit")) {
                data.quantity("revision-" + resource + bound)
                        .ifPresent(value -> resources.put(resource + bound, value));
            }
        }
        var defaults = new ServingDefaults(
                timeout,
                data.whole(upstream.maxRevisionTimeoutSeconds(), "max-revision-timeout-seconds"),
                data.whole(timeout, "revision-response-start-timeout-seconds"),
                data.whole(upstream.idleTimeoutSeconds(), "revision-idle-timeout-seconds"),
                data.whole(upstream.containerConcurrency(), "container-concurrency"),
                data.whole(upstream.containerConcurrencyMaxLimit(), "container-concurrency-max-limit"),
                data.truth("allow-container-concurrency-zero", true),
                name(data, "container-name-template", upstream.containerName()),
                name(data, "init-container-name-template", upstream.initContainerName()),
                links(map.getOrDefault("enable-service-links", "false")),
                resources);
        check(defaults);
        return defaults;
    }

    private static void check(ServingDefaults defaults) {
        long timeout = defaults.revisionTimeoutSeconds();
        atMost(
                "revision-timeout-seconds",
                timeout,
                "max-revision-timeout-seconds",
                defaults.maxRevisionTimeoutSeconds());
        atMost(
                "revision-response-start-timeout-seconds",
                defaults.responseStartTimeoutSeconds(),
                "revision-timeout-seconds",
                timeout);
        atMost("revision-idle-timeout-seconds", defaults.idleTimeoutSeconds(), "revision-timeout-seconds", timeout);
        within("container-concurrency-max-limit", defaults.containerConcurrencyMaxLimit(), 1, Integer.MAX_VALUE);
        within("container-concurrency", defaults.containerConcurrency(), 0, defaults.containerConcurrencyMaxLimit());
    }

    private static void atMost(String key, long value, String limitKey, long limit) {
        unless(
                value <= 0 || value <= limit,
                key + " (" + value + ") cannot be greater than " + limitKey + " (" + limit + ")");
    }

    private static void within(String key, long value, long low, long high) {
        unless(
                value >= low && value <= high,
                FieldErrors.outOfBounds(value, low, high, key).text());
    }

    private static Optional<Boolean> links(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /** Upstream takes a template over all of metadata. */
    private static ContainerName name(ConfigData data, String key, ContainerName fallback) {
        var name = new ContainerName(data.text(fallback.template(), key), fallback.otherwise());
        unless(
                name.isUnderstood(),
                "error executing template: " + key + " may have {{.Name}} and {{.Namespace}}, was: " + name.template());
        return name;
    }

    private DefaultsConfig() {}
}
