package dev.sluice.model.delivery;

import java.time.Duration;
import java.util.Locale;

/**
 * How long to wait before a retry: the n-th one (from 0) waits {@code delay * 2^n} when exponential and {@code delay} when
 * linear, and never more than {@code max}.
 *
 * @param jitter up to this share of a wait is taken off it, so that what failed together is not tried together: from 0 to 1
 */
public record Backoff(Shape shape, Duration delay, Duration max, double jitter) {
    public enum Shape {
        EXPONENTIAL,
        LINEAR;

        /** Reads Knative's word, {@code exponential} or {@code linear}. */
        public static Shape of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    public Backoff {
        if (delay.isNegative() || max.isNegative()) {
            throw new IllegalArgumentException("a backoff must not be negative: " + delay + ", at most " + max);
        }
        if (!(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException("jitter must be a share between 0 and 1: " + jitter);
        }
    }

    /** Without jitter. */
    public Backoff(Shape shape, Duration delay, Duration max) {
        this(shape, delay, max, 0);
    }

    /**
     * Of one event: the same event and retry always wait the same, and different events differ by the jitter.
     *
     * @param event anything that tells it from others
     */
    public Duration before(int retry, String event) {
        var whole = before(retry);
        if (jitter == 0) {
            return whole;
        }
        // a few rounds of mixing, as neighbouring stamps have neighbouring hash codes
        long mixed = (event.hashCode() * 31L + retry) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        double share = ((mixed ^ (mixed >>> 32)) >>> 11) * 0x1.0p-53;
        return Duration.ofNanos((long) (whole.toNanos() * (1 - jitter * share)));
    }

    public Duration before(int retry) {
        if (shape == Shape.LINEAR || delay.isZero()) {
            return least(delay, max);
        }
        // beyond 2^40 any delay is past any ceiling, and before it nothing overflows that the ceiling does not catch
        if (retry >= 40 || delay.compareTo(max) >= 0) {
            return max;
        }
        return least(delay.multipliedBy(1L << Math.max(0, retry)), max);
    }

    private static Duration least(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
