package dev.sluice.buses.dispatch;

import java.util.concurrent.TimeUnit;

/** Spreads what begins evenly over each second. For one thread. */
final class Pace {
    private long next = System.nanoTime();

    /**
     * Returns when the next one may begin.
     *
     * @param perSecond 0 for at once
     */
    void await(int perSecond) throws InterruptedException {
        if (perSecond <= 0) {
            return;
        }
        long now = System.nanoTime();
        if (next - now > 0) {
            TimeUnit.NANOSECONDS.sleep(next - now);
        }
        next = Math.max(next, now) + TimeUnit.SECONDS.toNanos(1) / perSecond;
    }
}
