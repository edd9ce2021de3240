package dev.sluice.api.serving.config;

import static dev.sluice.api.serving.config.ConfigProblem.unless;

import dev.sluice.api.autoscaling.AutoscalingKeys;
import dev.sluice.model.autoscale.ScalingDefaults;
import dev.sluice.model.time.GoDuration;
import java.time.Duration;
import java.util.Map;

/**
 * config-autoscaler.
 *
 * @param maxScaleLimit 0 means none
 */
public record AutoscalerConfig(
        ScalingDefaults scaling,
        String podAutoscalerClass,
        double activatorCapacity,
        boolean allowZeroInitialScale,
        int maxScaleLimit) {
    private static final Duration SHORTEST_WINDOW = Duration.ofSeconds(6);
    private static final Duration LONGEST_WINDOW = Duration.ofHours(1);
    private static final double SMALLEST_TARGET = 0.01;

    public static AutoscalerConfig parse(Map<String, String> map) {
        var data = new ConfigData(map);
        var upstream = ScalingDefaults.knative();
        AutoscalerConfig config;
        try {
            double utilization = data.decimal("container-concurrency-target-percentage", upstream.utilization());
            config = new AutoscalerConfig(
                    new ScalingDefaults(
                            data.decimal("container-concurrency-target-default", upstream.concurrencyTarget()),
                            data.decimal("requests-per-second-target-default", upstream.rpsTarget()),
                            utilization > 1 ? utilization / 100 : utilization,
                            data.decimal("target-burst-capacity", upstream.targetBurstCapacity()),
                            data.decimal("max-scale-up-rate", upstream.maxScaleUpRate()),
                            data.decimal("max-scale-down-rate", upstream.maxScaleDownRate()),
                            data.duration(upstream.stableWindow(), "stable-window"),
                            data.decimal("panic-window-percentage", upstream.panicWindowPercent()),
                            data.decimal("panic-threshold-percentage", upstream.panicThresholdPercent()),
                            data.truth("enable-scale-to-zero", upstream.scaleToZero()),
                            data.duration(upstream.scaleToZeroGrace(), "scale-to-zero-grace-period"),
                            data.duration(upstream.scaleToZeroPodRetention(), "scale-to-zero-pod-retention-period"),
                            data.count("min-scale", upstream.minScale()),
                            data.count("max-scale", upstream.maxScale()),
                            data.count("initial-scale", upstream.initialScale()),
                            data.duration(upstream.scaleDownDelay(), "scale-down-delay")),
                    data.text(AutoscalingKeys.KPA, "pod-autoscaler-class"),
                    data.decimal("activator-capacity", 100),
                    data.truth("allow-zero-initial-scale", false),
                    data.count("max-scale-limit", 0));
        } catch (ConfigProblem problem) {
            throw new ConfigProblem("failed to parse data: " + problem.getMessage());
        }
        config.check();
        return config;
    }

    private void check() {
        durations();
        targets();
        unless(activatorCapacity >= 1, "activator-capacity = " + go(activatorCapacity) + ", must be at least 1");
        rate("max-scale-up-rate", scaling.maxScaleUpRate());
        rate("max-scale-down-rate", scaling.maxScaleDownRate());
        unless(
                scaling.panicWindowPercent() >= 1 && scaling.panicWindowPercent() <= 100,
                "panic-window-percentage = " + go(scaling.panicWindowPercent()) + ", must be in [1, 100] interval");
        int initial = scaling.initialScale();
        unless(
                initial > 0 || (initial == 0 && allowZeroInitialScale),
                "initial-scale = " + initial
                        + ", must be at least 0 (or at least 1 when allow-zero-initial-scale is false)");
        unless(maxScaleLimit >= 0, "max-scale-limit = " + maxScaleLimit + ", must be at least 0");
        int low = maxScaleLimit > 0 ? 1 : 0;
        int max = scaling.maxScale();
        unless(
                max >= low && (maxScaleLimit == 0 || max <= maxScaleLimit),
                "max-scale = " + max + ", must be in [" + low + ", max-scale-limit(" + maxScaleLimit + ")] range");
        int min = scaling.minScale();
        unless(
                min >= 0 && (max == 0 || min <= max),
                "min-scale = " + min + ", must be in [0, max-scale(" + max + ")] range");
    }

    private void durations() {
        var grace = scaling.scaleToZeroGrace();
        unless(grace.isPositive(), "scale-to-zero-grace-period must be positive, was: " + GoDuration.format(grace));
        var delay = scaling.scaleDownDelay();
        unless(!delay.isNegative(), "scale-down-delay cannot be negative, was: " + GoDuration.format(delay));
        wholeSeconds("scale-down-delay", delay);
        var retention = scaling.scaleToZeroPodRetention();
        unless(
                !retention.isNegative(),
                "scale-to-zero-pod-retention-period cannot be negative, was: " + GoDuration.format(retention));
        var window = scaling.stableWindow();
        unless(
                window.compareTo(SHORTEST_WINDOW) >= 0 && window.compareTo(LONGEST_WINDOW) <= 0,
                "stable-window = " + GoDuration.format(window) + ", must be in [6s; 1h0m0s] range");
        wholeSeconds("stable-window", window);
    }

    private void targets() {
        double burst = scaling.targetBurstCapacity();
        unless(
                burst >= 0 || burst == -1,
                "target-burst-capacity must be either non-negative or -1 (for unlimited), was: %f".formatted(burst));
        double share = scaling.utilization();
        unless(
                share > 0 && share <= 1,
                "container-concurrency-target-percentage = %f is outside of valid range of (0, 100]".formatted(share));
        double target = share * scaling.concurrencyTarget();
        unless(
                target >= SMALLEST_TARGET,
                "container-concurrency-target-percentage and container-concurrency-target-default yield target "
                        + "concurrency of " + go(target) + ", can't be less than 0.01");
        unless(
                scaling.rpsTarget() >= SMALLEST_TARGET,
                "requests-per-second-target-default must be at least 0.01, was: " + go(scaling.rpsTarget()));
    }

    private static void rate(String key, double rate) {
        unless(rate > 1, key + " = " + go(rate) + ", must be greater than 1.0");
    }

    private static void wholeSeconds(String key, Duration duration) {
        unless(
                duration.toNanosPart() == 0,
                key + " = " + GoDuration.format(duration) + ", must be specified with at most second precision");
    }

    /** As Go prints a number: without a fraction of zero. */
    private static String go(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString((long) number)
                : Double.toString(number);
    }
}
