package dev.sluice.api.serving.config;

import static dev.sluice.api.serving.config.ConfigProblem.unless;

import dev.sluice.model.time.GoDuration;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * config-deployment, as far as there is something to configure: Sluice has no sidecar, so its keys are read by nobody and its
 * image is not required.
 */
public record DeploymentConfig(
        Set<String> registriesSkippingTagResolving,
        Duration digestResolutionTimeout,
        Duration progressDeadline,
        boolean podIsAlwaysSchedulable,
        boolean spreadOverNodes,
        RuntimeClasses runtimeClasses) {
    private static final String SPREAD = "prefer-spread-revision-over-nodes";
    private static final Set<String> LOCAL = Set.of("kind.local", "ko.local", "dev.local");

    public DeploymentConfig {
        registriesSkippingTagResolving = Set.copyOf(registriesSkippingTagResolving);
    }

    public static DeploymentConfig parse(Map<String, String> map) {
        var data = new ConfigData(map);
        var config = new DeploymentConfig(
                data.set(LOCAL, "registries-skipping-tag-resolving", "registriesSkippingTagResolving"),
                data.duration(Duration.ofSeconds(10), "digest-resolution-timeout", "digestResolutionTimeout"),
                data.duration(Duration.ofSeconds(600), "progress-deadline", "progressDeadline"),
                data.truth("pod-is-always-schedulable", false),
                affinity(data),
                RuntimeClasses.parse(data.text("", "runtime-class-name")));
        var deadline = config.progressDeadline;
        unless(
                deadline.isPositive(),
                "progress-deadline cannot be a non-positive duration, was " + GoDuration.format(deadline));
        unless(
                deadline.toNanosPart() == 0,
                "progress-deadline must be rounded to a whole second, was: " + GoDuration.format(deadline));
        unless(
                config.digestResolutionTimeout.isPositive(),
                "digest-resolution-timeout cannot be a non-positive duration, was "
                        + GoDuration.format(config.digestResolutionTimeout));
        return config;
    }

    private static boolean affinity(ConfigData data) {
        var type = data.text(SPREAD, "default-affinity-type");
        unless(type.equals(SPREAD) || type.equals("none"), "unsupported default-affinity-type: " + type);
        return type.equals(SPREAD);
    }
}
