package dev.sluice.api.autoscaling;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Annotation keys of scaling, each with its spellings: today's first, which wins over the older one. */
public final class AutoscalingKeys {
    public static final String PREFIX = "autoscaling.knative.dev/";
    public static final String KPA = "kpa.autoscaling.knative.dev";
    public static final String HPA = "hpa.autoscaling.knative.dev";

    public static final Key CLASS = key("class");
    public static final Key METRIC = key("metric");
    public static final Key TARGET = key("target");
    public static final Key TARGET_UTILIZATION = key("target-utilization-percentage", "targetUtilizationPercentage");
    public static final Key TARGET_BURST_CAPACITY = key("target-burst-capacity", "targetBurstCapacity");
    public static final Key MIN_SCALE = key("min-scale", "minScale");
    public static final Key MAX_SCALE = key("max-scale", "maxScale");
    public static final Key INITIAL_SCALE = key("initial-scale", "initialScale");
    public static final Key ACTIVATION_SCALE = key("activation-scale", "activationScale");
    public static final Key SCALE_DOWN_DELAY = key("scale-down-delay", "scaleDownDelay");
    public static final Key WINDOW = key("window");
    public static final Key PANIC_WINDOW_PERCENTAGE = key("panic-window-percentage", "panicWindowPercentage");
    public static final Key PANIC_THRESHOLD_PERCENTAGE = key("panic-threshold-percentage", "panicThresholdPercentage");
    public static final Key RETENTION = key("scale-to-zero-pod-retention-period", "scaleToZeroPodRetentionPeriod");
    public static final Key AGGREGATION = key("metric-aggregation-algorithm", "metricAggregationAlgorithm");

    /** One annotation under all its names. */
    public record Key(List<String> spellings) {
        public Key {
            spellings = List.copyOf(spellings);
        }

        public String name() {
            return spellings.getFirst();
        }

        /** The value under the first spelling that is there. */
        public Optional<String> in(Map<String, String> annotations) {
            return spelling(annotations).map(annotations::get);
        }

        /** The first spelling that is there: what an error names. */
        public Optional<String> spelling(Map<String, String> annotations) {
            return spellings.stream().filter(annotations::containsKey).findFirst();
        }
    }

    private static Key key(String... names) {
        return new Key(List.of(names).stream().map(n -> PREFIX + n).toList());
    }

    private AutoscalingKeys() {}
}
