package dev.sluice.model.delivery;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When one delivery is given up.
 *
 * @param retry attempts after the first; when they are used up the event is parked
 * @param timeout of one attempt, until the whole answer has been read
 * @param retryAfterMax no longer wait that an answer asks for is granted; zero grants none, null as much as the backoff's ceiling
 */
public record DeliveryPolicy(
        int retry,
        Duration timeout,
        Backoff backoff,
        @Nullable Duration retryAfterMax) {
    /** Half a second, one, two … thirty: about 21 minutes of a subscriber that is down, then the event is parked. */
    public static final DeliveryPolicy DEFAULT = new DeliveryPolicy(
            45,
            Duration.ofSeconds(30),
            new Backoff(Backoff.Shape.EXPONENTIAL, Duration.ofMillis(500), Duration.ofSeconds(30)));

    /** As long as an answer asks for, up to the ceiling of the backoff. */
    public DeliveryPolicy(int retry, Duration timeout, Backoff backoff) {
        this(retry, timeout, backoff, null);
    }

    /** The wait before the next attempt: that of the backoff, or a longer one that the answer asked for. */
    public Duration waitBefore(int retry, String event, Duration retryAfter) {
        var own = backoff.before(retry, event);
        var most = retryAfterMax == null ? backoff.max() : retryAfterMax;
        var asked = retryAfter.compareTo(most) > 0 ? most : retryAfter;
        return asked.compareTo(own) > 0 ? asked : own;
    }

    public DeliveryPolicy {
        if (retry < 0 || timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("unusable policy: retry " + retry + ", timeout " + timeout);
        }
    }
}
