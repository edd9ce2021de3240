package dev.sluice.buses.dispatch;

import java.time.Duration;

/**
 * How much one subscription may hold.
 *
 * @param inFlight inline attempts at the same time
 * @param retries other attempts at the same time
 * @param handOverSlots failed events that wait to be handed over; when all are taken the subscription pauses
 * @param batchEvents in one hand-over
 * @param batchBytes in one hand-over, unless a single event is larger
 * @param linger how long a hand-over waits for more failures
 */
public record DispatchLimits(
        int inFlight, int retries, int handOverSlots, int batchEvents, int batchBytes, Duration linger) {
    public static final DispatchLimits DEFAULT = new DispatchLimits(64, 64, 500, 100, 256 << 10, Duration.ofMillis(50));

    public DispatchLimits withRetries(int atOnce) {
        return new DispatchLimits(inFlight, atOnce, handOverSlots, batchEvents, batchBytes, linger);
    }
}
