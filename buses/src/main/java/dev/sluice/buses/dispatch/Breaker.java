package dev.sluice.buses.dispatch;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Keeps inline attempts away from a subscriber that fails in numbers. Open after some failures in a row; then one probe at a
 * time goes through, at growing distances, and the first success closes it. One lock guards all.
 */
final class Breaker {
    enum Admission {
        TRY,
        WITHHOLD
    }

    static final int FAILURES_TO_OPEN = 5;
    static final Duration FIRST_PROBE = Duration.ofMillis(500);
    static final Duration SLOWEST_PROBE = Duration.ofSeconds(10);

    private final LongSupplier nanos;
    private int failures;
    private boolean open;
    private boolean probing;
    private long nextProbe;
    private long distance;

    Breaker(LongSupplier nanos) {
        this.nanos = nanos;
    }

    synchronized Admission admit() {
        if (!open) {
            return Admission.TRY;
        }
        if (probing || nanos.getAsLong() - nextProbe < 0) {
            return Admission.WITHHOLD;
        }
        probing = true;
        return Admission.TRY;
    }

    /** True when this success closed it. */
    synchronized boolean succeeded() {
        boolean closes = open;
        open = false;
        probing = false;
        failures = 0;
        return closes;
    }

    synchronized void failed() {
        failures++;
        if (!open && failures >= FAILURES_TO_OPEN) {
            open = true;
            distance = FIRST_PROBE.toNanos();
            nextProbe = nanos.getAsLong() + distance;
        } else if (open && probing) {
            probing = false;
            distance = Math.min(2 * distance, SLOWEST_PROBE.toNanos());
            nextProbe = nanos.getAsLong() + distance;
        }
    }

    synchronized boolean isOpen() {
        return open;
    }
}
