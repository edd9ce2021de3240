package dev.sluice.model.autoscale;

import java.time.Duration;

/**
 * What holds for a revision that says nothing else: the keys of Knative's {@code config-autoscaler} that Sluice uses.
 *
 * @param utilization share of the target that is aimed at, 0 to 1
 * @param panicWindowPercent of the stable window
 * @param panicThresholdPercent of the ready pods
 * @param scaleToZeroGrace how long a revision without traffic keeps its last pods
 */
public record ScalingDefaults(
        double concurrencyTarget,
        double rpsTarget,
        double utilization,
        double targetBurstCapacity,
        double maxScaleUpRate,
        double maxScaleDownRate,
        Duration stableWindow,
        double panicWindowPercent,
        double panicThresholdPercent,
        boolean scaleToZero,
        Duration scaleToZeroGrace,
        Duration scaleToZeroPodRetention,
        int minScale,
        int maxScale,
        int initialScale,
        Duration scaleDownDelay) {

    /** Knative's own defaults. */
    public static ScalingDefaults knative() {
        return new ScalingDefaults(
                100,
                200,
                0.7,
                211,
                1000,
                2,
                Duration.ofSeconds(60),
                10,
                200,
                true,
                Duration.ofSeconds(30),
                Duration.ZERO,
                0,
                0,
                1,
                Duration.ZERO);
    }

    public ScalingDefaults withGrace(Duration grace) {
        return new ScalingDefaults(
                concurrencyTarget,
                rpsTarget,
                utilization,
                targetBurstCapacity,
                maxScaleUpRate,
                maxScaleDownRate,
                stableWindow,
                panicWindowPercent,
                panicThresholdPercent,
                scaleToZero,
                grace,
                scaleToZeroPodRetention,
                minScale,
                maxScale,
                initialScale,
                scaleDownDelay);
    }
}
