package dev.sluice.buses.dispatch;

import java.util.concurrent.TimeUnit;

/** Spreads what begins evenly over each second. */
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
        long wait = turn(perSecond);
        if (wait > 0) {
            TimeUnit.NANOSECONDS.sleep(wait);
        }
    }

    private synchronized long turn(int perSecond) {
        long now = System.nanoTime();
        long begin = next - now > 0 ? next : now;
        next = begin + TimeUnit.SECONDS.toNanos(1) / perSecond;
        return begin - now;
    }
}
