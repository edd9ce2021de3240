package dev.sluice.buses.bus;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sluice.api.duck.DeliveryAnnotations;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription asks for beyond where its events go. A bus keeps it as JSON: it changes only additively, and what is absent
 * is null, false or zero.
 *
 * @param kind of the object that asks: {@code Trigger}, or {@code Subscription} of messaging.knative.dev; null for one of 2018
 * @param filters Knative's list of filters as JSON; null takes every event
 * @param deadLetterSink takes what the subscriber did not; null parks it
 * @param format {@code json} or {@code binary}; null leaves events as they came
 * @param paused nothing is attempted; its events wait
 * @param atOnce attempts at the same time, 0 as many as the dispatcher allows
 * @param perSecond attempts begun in a second, 0 without a bound
 * @param deduplicationMillis an event with the source and id of one that was taken up this long ago at most is not attempted, 0 attempts
 *     each
 * @param trust in authorities of the destinations' own; null where those of this machine will do
 * @param ordered events with the same {@link PartitionKey} are attempted one after the other, each once the one before is settled
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record Terms(
        @Nullable String kind,
        @Nullable String filters,
        @Nullable URI deadLetterSink,
        @Nullable String format,
        boolean paused,
        int atOnce,
        int perSecond,
        boolean ordered,
        long deduplicationMillis,
        @Nullable Trust trust) {
    /** Authorities as PEM, beside those of this machine; null where there are none. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Trust(
            @Nullable String subscriber,
            @Nullable String reply,
            @Nullable String deadLetterSink) {
        static final Trust NONE = new Trust(null, null, null);
    }

    /** Of the kind whose subscriptions take the events of a Broker. */
    public static final String TRIGGER = "Trigger";

    /** Asks for nothing. */
    public static final Terms NONE = new Terms(null, null, null, null, false, 0, 0, false, 0, null);

    /** Asks for nothing of what annotations say. */
    public static Terms of(
            String kind, @Nullable String filters, @Nullable URI deadLetterSink, @Nullable String format) {
        return new Terms(kind, filters, deadLetterSink, format, false, 0, 0, false, 0, null);
    }

    /** The same with what {@link DeliveryAnnotations} say; admission has checked them. */
    public Terms annotated(Map<String, String> annotations) {
        return new Terms(
                kind,
                filters,
                deadLetterSink,
                format,
                DeliveryAnnotations.paused(annotations),
                DeliveryAnnotations.maxInFlight(annotations),
                DeliveryAnnotations.rate(annotations),
                DeliveryAnnotations.ordered(annotations),
                DeliveryAnnotations.deduplicationWindow(annotations).toMillis(),
                trust);
    }

    public Terms withDeadLetterSink(URI sink) {
        return new Terms(kind, filters, sink, format, paused, atOnce, perSecond, ordered, deduplicationMillis, trust);
    }

    public Terms withFilters(@Nullable String json) {
        return new Terms(
                kind, json, deadLetterSink, format, paused, atOnce, perSecond, ordered, deduplicationMillis, trust);
    }

    public Terms withKind(String name) {
        return new Terms(
                name, filters, deadLetterSink, format, paused, atOnce, perSecond, ordered, deduplicationMillis, trust);
    }

    public Terms withFormat(String name) {
        return new Terms(
                kind, filters, deadLetterSink, name, paused, atOnce, perSecond, ordered, deduplicationMillis, trust);
    }

    public Terms withPaused(boolean now) {
        return new Terms(
                kind, filters, deadLetterSink, format, now, atOnce, perSecond, ordered, deduplicationMillis, trust);
    }

    public Terms withLimits(int most, int rate) {
        return new Terms(
                kind, filters, deadLetterSink, format, paused, most, rate, ordered, deduplicationMillis, trust);
    }

    public Terms withOrder(boolean kept) {
        return new Terms(
                kind, filters, deadLetterSink, format, paused, atOnce, perSecond, kept, deduplicationMillis, trust);
    }

    public Terms withTrust(Trust authorities) {
        return new Terms(
                kind,
                filters,
                deadLetterSink,
                format,
                paused,
                atOnce,
                perSecond,
                ordered,
                deduplicationMillis,
                authorities.equals(Trust.NONE) ? null : authorities);
    }

    /** What is trusted, whether it was given or not. */
    public Trust trusted() {
        return trust == null ? Trust.NONE : trust;
    }

    public Terms withDeduplication(Duration window) {
        return new Terms(
                kind, filters, deadLetterSink, format, paused, atOnce, perSecond, ordered, window.toMillis(), trust);
    }

    /** Whether it takes the events of a Broker, and its answers go back to it. */
    public boolean ofTrigger() {
        return TRIGGER.equals(kind);
    }
}
