package dev.sluice.buses.dispatch;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Spreads what begins evenly over each second, in the order in which it asks. */
final class Pace {
    private static final Duration ANY_TIME = Duration.ofDays(1);

    /** Whose turn is next has it while it waits. */
    private final Semaphore turn = new Semaphore(1, true);

    /** Of who has the turn. */
    private long next = System.nanoTime();

    /**
     * Returns when the next one may begin.
     *
     * @param perSecond 0 for at once
     */
    void await(int perSecond) throws InterruptedException {
        while (!await(perSecond, ANY_TIME)) {
            // a queue that long moves on all the same
        }
    }

    /** False when its turn to wait has not come in this time; the wait itself is a second at most. */
    boolean await(int perSecond, Duration atMost) throws InterruptedException {
        if (perSecond <= 0) {
            return true;
        }
        if (!turn.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        try {
            long now = System.nanoTime();
            long wait = next - now;
            if (wait > 0) {
                TimeUnit.NANOSECONDS.sleep(wait);
            }
            next = (wait > 0 ? next : now) + TimeUnit.SECONDS.toNanos(1) / perSecond;
            return true;
        } finally {
            turn.release();
        }
    }
}
