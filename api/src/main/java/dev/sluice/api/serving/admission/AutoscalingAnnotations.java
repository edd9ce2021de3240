package dev.sluice.api.serving.admission;

import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.autoscaling.AutoscalingKeys;
import dev.sluice.model.time.GoDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** Rules of the annotations that steer scaling (spec/serving.md section 1.10). Errors name the spelling that was used. */
final class AutoscalingAnnotations {
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Duration SHORTEST_WINDOW = Duration.ofSeconds(6);
    private static final Set<String> ALGORITHMS = Set.of("linear", "weighted-exponential", "weightedExponential");

    private final Map<String, String> annotations;
    private final AdmissionConfig config;
    private final ArrayList<FieldErrors> errors = new ArrayList<>();

    static FieldErrors validate(Map<String, String> annotations, AdmissionConfig config) {
        var rules = new AutoscalingAnnotations(annotations, config);
        rules.classAndMetric();
        rules.scales();
        rules.within(AutoscalingKeys.PANIC_WINDOW_PERCENTAGE, "1", "100");
        rules.within(AutoscalingKeys.PANIC_THRESHOLD_PERCENTAGE, "110", "1000");
        rules.within(AutoscalingKeys.TARGET_UTILIZATION, "1", "100");
        rules.target();
        rules.burst();
        rules.duration(AutoscalingKeys.WINDOW, SHORTEST_WINDOW, true);
        rules.duration(AutoscalingKeys.SCALE_DOWN_DELAY, Duration.ZERO, true);
        rules.duration(AutoscalingKeys.RETENTION, Duration.ZERO, false);
        rules.initialScale();
        return FieldErrors.all(rules.errors);
    }

    private AutoscalingAnnotations(Map<String, String> annotations, AdmissionConfig config) {
        this.annotations = annotations;
        this.config = config;
    }

    private void classAndMetric() {
        var given = AutoscalingKeys.CLASS.in(annotations);
        var name = given.orElse(AutoscalingKeys.KPA);
        boolean kpa = name.equals(AutoscalingKeys.KPA);
        boolean hpa = name.equals(AutoscalingKeys.HPA);
        if (name.endsWith(".knative.dev") && !kpa && !hpa) {
            invalid(AutoscalingKeys.CLASS, name);
        }
        AutoscalingKeys.METRIC.in(annotations).ifPresent(metric -> {
            if ((kpa && !metric.equals("concurrency") && !metric.equals("rps")) || (hpa && metric.isEmpty())) {
                invalid(AutoscalingKeys.METRIC, metric);
            }
        });
        AutoscalingKeys.AGGREGATION.in(annotations).ifPresent(algorithm -> {
            if (kpa && !algorithm.isEmpty() && !ALGORITHMS.contains(algorithm)) {
                invalid(AutoscalingKeys.AGGREGATION, algorithm);
            }
        });
    }

    private void scales() {
        int min = scale(AutoscalingKeys.MIN_SCALE);
        int max = scale(AutoscalingKeys.MAX_SCALE);
        if (max != 0 && max < min) {
            errors.add(FieldErrors.of(
                    "max-scale=" + max + " is less than min-scale=" + min,
                    AutoscalingKeys.MAX_SCALE.name(),
                    AutoscalingKeys.MIN_SCALE.name()));
        }
        int limit = config.maxScaleLimit();
        AutoscalingKeys.MAX_SCALE.spelling(annotations).filter(_ -> limit != 0).ifPresent(key -> {
            if (max > limit) {
                errors.add(FieldErrors.outOfBounds(max, 1, limit, key));
            } else if (max == 0) {
                errors.add(FieldErrors.of("max-scale=0 (unlimited), must be less than " + limit, key));
            }
        });
        AutoscalingKeys.ACTIVATION_SCALE.in(annotations).ifPresent(value -> activationScale(value, min, max));
    }

    private void activationScale(String value, int min, int max) {
        var key = used(AutoscalingKeys.ACTIVATION_SCALE);
        var number = integer(value);
        if (number.isEmpty() || number.getAsDouble() != (int) number.getAsDouble()) {
            invalid(AutoscalingKeys.ACTIVATION_SCALE, value);
            return;
        }
        int activation = (int) number.getAsDouble();
        if (min > activation) {
            errors.add(FieldErrors.of("min-scale=" + min + " is greater than activation-scale=" + activation, key));
        } else if (max < activation && max != 0) {
            errors.add(FieldErrors.of("max-scale=" + max + " is less than activation-scale=" + activation, key));
        } else if (activation < 2) {
            errors.add(FieldErrors.of("activation-scale=" + activation + " must be greater than 1", key));
        }
    }

    /** The number, 0 when there is none or it is wrong. */
    private int scale(AutoscalingKeys.Key key) {
        var value = key.in(annotations);
        if (value.isEmpty()) {
            return 0;
        }
        var number = integer(value.get());
        if (number.isEmpty()) {
            invalid(key, value.get());
            return 0;
        }
        if (number.getAsDouble() < 0 || number.getAsDouble() > Integer.MAX_VALUE) {
            errors.add(FieldErrors.outOfBounds(value.get(), 0, Integer.MAX_VALUE, used(key)));
            return 0;
        }
        return (int) number.getAsDouble();
    }

    private void initialScale() {
        AutoscalingKeys.INITIAL_SCALE.in(annotations).ifPresent(value -> {
            var key = used(AutoscalingKeys.INITIAL_SCALE);
            var number = integer(value);
            if (number.isEmpty()) {
                invalid(AutoscalingKeys.INITIAL_SCALE, value);
            } else if (number.getAsDouble() < 0) {
                errors.add(FieldErrors.invalid(value, key + " must be greater than 0"));
            } else if (number.getAsDouble() == 0 && !config.allowZeroInitialScale()) {
                errors.add(FieldErrors.invalid(value, key + "=0 not allowed by cluster"));
            }
        });
    }

    private void target() {
        AutoscalingKeys.TARGET.in(annotations).ifPresent(value -> {
            var number = decimal(value);
            if (number.isEmpty()) {
                invalid(AutoscalingKeys.TARGET, value);
            } else if (number.getAsDouble() < 0.01) {
                errors.add(
                        FieldErrors.of("target " + value + " should be at least 0.01", used(AutoscalingKeys.TARGET)));
            }
        });
    }

    private void burst() {
        AutoscalingKeys.TARGET_BURST_CAPACITY.in(annotations).ifPresent(value -> {
            var number = decimal(value);
            if (number.isEmpty() || (number.getAsDouble() < 0 && number.getAsDouble() != -1)) {
                invalid(AutoscalingKeys.TARGET_BURST_CAPACITY, value);
            }
        });
    }

    private void within(AutoscalingKeys.Key key, String low, String high) {
        key.in(annotations).ifPresent(value -> {
            var number = decimal(value);
            if (number.isEmpty()) {
                invalid(key, value);
            } else if (number.getAsDouble() < Double.parseDouble(low)
                    || number.getAsDouble() > Double.parseDouble(high)) {
                errors.add(FieldErrors.outOfBounds(value, low, high, used(key)));
            }
        });
    }

    private void duration(AutoscalingKeys.Key key, Duration low, boolean wholeSeconds) {
        key.in(annotations).ifPresent(value -> {
            var duration = GoDuration.parse(value);
            if (duration.isEmpty()) {
                invalid(key, value);
            } else if (duration.get().compareTo(low) < 0 || duration.get().compareTo(LONGEST) > 0) {
                errors.add(
                        FieldErrors.outOfBounds(value, GoDuration.format(low), GoDuration.format(LONGEST), used(key)));
            } else if (wholeSeconds && duration.get().toNanosPart() != 0) {
                errors.add(FieldErrors.of("must be specified with at most second precision", used(key)));
            }
        });
    }

    private void invalid(AutoscalingKeys.Key key, String value) {
        errors.add(FieldErrors.invalid(value, used(key)));
    }

    private String used(AutoscalingKeys.Key key) {
        return key.spelling(annotations).orElse(key.name());
    }

    /** Any whole number in Go's notation; too large a one is still one, out of bounds. */
    private static OptionalDouble integer(String text) {
        return text.matches("[+-]?[0-9]+") ? OptionalDouble.of(Double.parseDouble(text)) : OptionalDouble.empty();
    }

    private static OptionalDouble decimal(String text) {
        return text.matches("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?")
                ? OptionalDouble.of(Double.parseDouble(text))
                : OptionalDouble.empty();
    }
}
