package dev.sluice.model.autoscale;

import dev.sluice.model.time.GoDuration;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * How one revision wants to be scaled: its annotations over the defaults (spec/serving.md sections 1.10 and 2.2).
 *
 * @param total what a pod takes at most, in the metric's unit
 * @param target what a pod shall take
 * @param maxScale 0 is no limit
 * @param activationScale pods that the first request asks for; 0 is unset
 * @param panicThreshold desired over ready pods from which on it panics
 * @param reachable whether a route leads here; without one, bounds and the limits on scaling down do not hold
 */
public record ScalingSpec(
        Metric metric,
        double total,
        double target,
        double targetBurstCapacity,
        int minScale,
        int maxScale,
        int initialScale,
        int activationScale,
        double maxScaleUpRate,
        double maxScaleDownRate,
        Duration stableWindow,
        Duration panicWindow,
        double panicThreshold,
        boolean scaleToZero,
        Duration scaleToZeroGrace,
        Duration podRetention,
        Duration scaleDownDelay,
        Aggregation aggregation,
        boolean reachable) {

    /** What is counted. */
    public enum Metric {
        CONCURRENCY,
        RPS
    }

    /** How the seconds of a window become one number. */
    public enum Aggregation {
        LINEAR,
        WEIGHTED_EXPONENTIAL
    }

    public static ScalingSpec of(
            Map<String, String> annotations, long containerConcurrency, boolean reachable, ScalingDefaults defaults) {
        var a = new Annotations(annotations);
        var metric = a.text("metric").filter("rps"::equals).isPresent() ? Metric.RPS : Metric.CONCURRENCY;
        double total = metric == Metric.RPS
                ? defaults.rpsTarget()
                : containerConcurrency > 0 ? containerConcurrency : defaults.concurrencyTarget();
        var asked = a.number("target");
        if (asked.isPresent()) {
            total = metric == Metric.CONCURRENCY && containerConcurrency > 0
                    ? Math.min(asked.get(), (double) containerConcurrency)
                    : asked.get();
        }
        double utilization =
                a.number("target-utilization-percentage").map(p -> p / 100).orElse(defaults.utilization());
        var window = a.duration("window").orElse(defaults.stableWindow());
        double panicPercent = a.number("panic-window-percentage").orElse(defaults.panicWindowPercent());
        long panicSeconds = Math.max(1, Math.round(window.toSeconds() * panicPercent / 100));
        return new ScalingSpec(
                metric,
                total,
                Math.max(0.01, total * utilization),
                a.number("target-burst-capacity").orElse(defaults.targetBurstCapacity()),
                a.whole("min-scale").orElse(defaults.minScale()),
                a.whole("max-scale").orElse(defaults.maxScale()),
                a.whole("initial-scale").orElse(defaults.initialScale()),
                a.whole("activation-scale").orElse(0),
                defaults.maxScaleUpRate(),
                defaults.maxScaleDownRate(),
                window,
                Duration.ofSeconds(panicSeconds),
                a.number("panic-threshold-percentage").orElse(defaults.panicThresholdPercent()) / 100,
                defaults.scaleToZero(),
                defaults.scaleToZeroGrace(),
                a.duration("scale-to-zero-pod-retention-period").orElse(defaults.scaleToZeroPodRetention()),
                a.duration("scale-down-delay").orElse(defaults.scaleDownDelay()),
                a.text("metric-aggregation-algorithm")
                                .filter(text -> text.startsWith("weighted"))
                                .isPresent()
                        ? Aggregation.WEIGHTED_EXPONENTIAL
                        : Aggregation.LINEAR,
                reachable);
    }

    /** Pods that must be there before the revision counts as started, and afterwards while it is active. */
    public int minReady(boolean initialized) {
        if (initialized) {
            return Math.max(floor(), 1);
        }
        return reachable ? Math.max(minScale, initialScale) : Math.min(initialScale, 1);
    }

    /** How many pods the first request to a sleeping revision asks for. */
    public int wakeScale() {
        return Math.max(1, bounded(Math.max(1, activationScale), true));
    }

    /** Whether pods are kept although nobody asks. */
    public boolean keepsPods() {
        return reachable && minScale > 0;
    }

    /**
     * The bounds that hold for this many wanted pods; scaling to zero is decided afterwards, by {@link ZeroGate}. What a revision
     * starts with is above its ceiling when it says so, as upstream: else it would never count as started.
     */
    public int bounded(int wanted, boolean initialized) {
        int low = floor();
        if (reachable && !initialized && initialScale > 1) {
            low = Math.max(low, initialScale);
        }
        if (wanted < low) {
            return low;
        }
        return maxScale > 0 ? Math.min(wanted, maxScale) : wanted;
    }

    private int floor() {
        return reachable ? minScale : 0;
    }

    /** Annotations in both spellings; the newer one wins. A value that cannot be read counts as absent: admission refused it. */
    private record Annotations(Map<String, String> all) {
        Optional<String> text(String key) {
            var kebab = all.get("autoscaling.knative.dev/" + key);
            return Optional.ofNullable(kebab != null ? kebab : all.get("autoscaling.knative.dev/" + camel(key)));
        }

        Optional<Double> number(String key) {
            return read(key, Double::valueOf);
        }

        Optional<Integer> whole(String key) {
            return read(key, Integer::valueOf);
        }

        Optional<Duration> duration(String key) {
            return text(key).flatMap(GoDuration::parse);
        }

        private <T> Optional<T> read(String key, Function<String, T> parse) {
            try {
                return text(key).map(parse);
            } catch (IllegalArgumentException _) {
                return Optional.empty();
            }
        }

        private static String camel(String kebab) {
            var camel = new StringBuilder();
            boolean upper = false;
            for (int i = 0; i < kebab.length(); i++) {
                char c = kebab.charAt(i);
                if (c == '-') {
                    upper = true;
                } else {
                    camel.append(upper ? Character.toUpperCase(c) : c);
                    upper = false;
                }
            }
            return camel.toString();
        }
    }
}
