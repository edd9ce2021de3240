package dev.sluice.api.duck;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.serving.admission.Json;
import dev.sluice.model.delivery.Backoff;
import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.model.time.IsoPeriod;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What Sluice adds to a delivery, as annotations of a Trigger or Subscription, so that Knative's manifests stay what they are.
 *
 * <table>
 * <caption>Annotations</caption>
 * <tr><td>{@code events.sluice.dev/paused}</td><td>{@code true}: nothing is attempted, what comes waits</td></tr>
 * <tr><td>{@code events.sluice.dev/backoff-max}</td><td>no wait is longer, ISO 8601</td></tr>
 * <tr><td>{@code events.sluice.dev/backoff-jitter}</td><td>0 to 1: the share of a wait that chance may take off it</td></tr>
 * <tr><td>{@code events.sluice.dev/max-in-flight}</td><td>attempts at the same time</td></tr>
 * <tr><td>{@code events.sluice.dev/rate}</td><td>attempts begun in a second</td></tr>
 * <tr><td>{@code events.sluice.dev/order}</td><td>{@code ordered}: of events with the same {@code partitionkey} one waits until
 * that before it is delivered, dead-lettered or parked; {@code unordered} is the default. Knative's name of it, {@code
 * kafka.eventing.knative.dev/delivery.order}, says the same on every bus</td></tr>
 * <tr><td>{@code events.sluice.dev/deduplication-window}</td><td>ISO 8601, a week at most: an event with the source and id of one
 * that was taken up within it is not attempted</td></tr>
 * </table>
 */
public final class DeliveryAnnotations {
    public static final String PAUSED = "events.sluice.dev/paused";
    public static final String BACKOFF_MAX = "events.sluice.dev/backoff-max";
    public static final String BACKOFF_JITTER = "events.sluice.dev/backoff-jitter";
    public static final String MAX_IN_FLIGHT = "events.sluice.dev/max-in-flight";
    public static final String RATE = "events.sluice.dev/rate";

    public static final String ORDER = "events.sluice.dev/order";
    public static final String KNATIVE_ORDER = "kafka.eventing.knative.dev/delivery.order";

    public static final String DEDUPLICATION_WINDOW = "events.sluice.dev/deduplication-window";

    private static final Duration LONGEST_WINDOW = Duration.ofDays(7);
    private static final String ORDERED = "ordered";
    private static final int MOST = 1_000_000;
    /** Of Knative, where a delivery says how often and not when. */
    private static final Duration USUAL_DELAY = Duration.ofMillis(200);
    /** A ceiling for waits that double, where nobody has set one. */
    private static final Duration LONGEST = Duration.ofDays(30);

    /** Admission has checked both. A delivery that is not given at all has the policy of Sluice. */
    public static DeliveryPolicy policy(@Nullable DeliverySpec spec, Map<String, String> annotations) {
        var base = DeliveryPolicy.DEFAULT;
        var max = period(annotations.get(BACKOFF_MAX));
        var jitter = jitter(annotations.get(BACKOFF_JITTER)).orElse(0.0);
        if (spec == null) {
            var backoff = base.backoff();
            return new DeliveryPolicy(
                    base.retry(),
                    base.timeout(),
                    new Backoff(backoff.shape(), backoff.delay(), max.orElse(backoff.max()), jitter));
        }
        return new DeliveryPolicy(
                spec.retry() == null ? 0 : spec.retry(),
                period(spec.timeout()).orElse(base.timeout()),
                new Backoff(
                        spec.backoffPolicy() == null
                                ? Backoff.Shape.EXPONENTIAL
                                : Backoff.Shape.of(spec.backoffPolicy()),
                        period(spec.backoffDelay()).orElse(USUAL_DELAY),
                        max.orElse(LONGEST),
                        jitter),
                period(spec.retryAfterMax()).orElse(null));
    }

    public static boolean paused(Map<String, String> annotations) {
        return "true".equals(annotations.get(PAUSED));
    }

    /** 0 when there is none. */
    public static int maxInFlight(Map<String, String> annotations) {
        return count(annotations.get(MAX_IN_FLIGHT)).orElse(0);
    }

    /** 0 when there is none. */
    public static int rate(Map<String, String> annotations) {
        return count(annotations.get(RATE)).orElse(0);
    }

    /** The name of Sluice wins where both are there. */
    public static boolean ordered(Map<String, String> annotations) {
        return ORDERED.equals(annotations.getOrDefault(ORDER, annotations.getOrDefault(KNATIVE_ORDER, "")));
    }

    /** Zero when there is none. */
    public static Duration deduplicationWindow(Map<String, String> annotations) {
        return window(annotations.get(DEDUPLICATION_WINDOW)).orElse(Duration.ZERO);
    }

    public static FieldErrors validate(ObjectNode object) {
        var annotations = Json.texts(Json.object(object, "metadata"), "annotations");
        var errors = FieldErrors.none();
        var paused = annotations.get(PAUSED);
        if (paused != null && !paused.equals("true") && !paused.equals("false")) {
            errors = errors.also(wrong(PAUSED, paused, "expected \"true\" or \"false\""));
        }
        var max = annotations.get(BACKOFF_MAX);
        if (max != null && period(max).filter(p -> !p.isNegative()).isEmpty()) {
            errors = errors.also(wrong(BACKOFF_MAX, max, "expected a period as of ISO 8601, for example PT30S"));
        }
        var jitter = annotations.get(BACKOFF_JITTER);
        if (jitter != null && jitter(jitter).isEmpty()) {
            errors = errors.also(wrong(BACKOFF_JITTER, jitter, "expected 0 <= jitter <= 1"));
        }
        for (var key : new String[] {MAX_IN_FLIGHT, RATE}) {
            var value = annotations.get(key);
            if (value != null && count(value).isEmpty()) {
                errors = errors.also(wrong(key, value, "expected 1 <= number <= " + MOST));
            }
        }
        for (var key : new String[] {ORDER, KNATIVE_ORDER}) {
            var value = annotations.get(key);
            if (value != null && !value.equals(ORDERED) && !value.equals("unordered")) {
                errors = errors.also(wrong(key, value, "expected \"ordered\" or \"unordered\""));
            }
        }
        var window = annotations.get(DEDUPLICATION_WINDOW);
        if (window != null && window(window).isEmpty()) {
            errors = errors.also(wrong(
                    DEDUPLICATION_WINDOW, window, "expected a period as of ISO 8601 up to P7D, for example PT10M"));
        }
        return errors;
    }

    private static FieldErrors wrong(String key, String value, String expected) {
        return FieldErrors.detailed("invalid value: " + value, expected, "metadata.annotations[" + key + "]");
    }

    private static Optional<Duration> period(@Nullable String text) {
        return Optional.ofNullable(text).flatMap(IsoPeriod::parse);
    }

    private static Optional<Duration> window(@Nullable String text) {
        return period(text).filter(p -> !p.isNegative() && p.compareTo(LONGEST_WINDOW) <= 0);
    }

    private static Optional<Double> jitter(@Nullable String text) {
        return Optional.ofNullable(text)
                .filter(t -> t.matches("(0(\\.\\d+)?|1(\\.0+)?|\\.\\d+)"))
                .map(Double::parseDouble);
    }

    private static Optional<Integer> count(@Nullable String text) {
        return Optional.ofNullable(text)
                .filter(t -> t.matches("[1-9]\\d{0,6}"))
                .map(Integer::parseInt)
                .filter(n -> n <= MOST);
    }

    private DeliveryAnnotations() {}
}
