package dev.sluice.buses.dispatch;

import dev.sluice.buses.bus.Terms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Bounds the attempts of one subscription, whoever makes them: at the same time, in a second, and of big events. What the subscription
 * asks for holds for first attempts and retries together; where it asks for nothing, each has a bound of its own, so that
 * retries that wait for a slow subscriber do not keep events in the bus.
 */
public final class Turns {
    /** Each takes its size in memory while it is attempted. */
    private static final int BIG_AT_ONCE = 4;

    private final DispatchLimits limits;
    private final Slots first;
    private final Slots retries;
    private final Semaphore big = new Semaphore(BIG_AT_ONCE);
    private final Pace pace = new Pace();
    private volatile Terms terms;

    /** Of one retry, until it is closed. */
    public interface Turn extends AutoCloseable {
        @Override
        void close();
    }

    public Turns(Terms terms, DispatchLimits limits) {
        this.terms = terms;
        this.limits = limits;
        this.first = new Slots(width(terms, limits.inFlight()));
        this.retries = new Slots(width(terms, limits.retries()));
    }

    private static int width(Terms terms, int most) {
        return terms.atOnce() > 0 ? Math.min(terms.atOnce(), most) : most;
    }

    void change(Terms changed) {
        first.bound(width(changed, limits.inFlight()));
        retries.bound(width(changed, limits.retries()));
        terms = changed;
    }

    /** Waits for room for a first attempt, to be given back with {@link #release}. */
    void acquire() throws InterruptedException {
        first.acquire();
    }

    void release() {
        first.release();
    }

    /** Waits until another attempt may begin. */
    void awaitPace() throws InterruptedException {
        pace.await(terms.perSecond());
    }

    /** What is attempted with a big event waits for room in memory. */
    <T> T withRoom(boolean isBig, Supplier<T> attempt) {
        if (!isBig) {
            return attempt.get();
        }
        big.acquireUninterruptibly();
        try {
            return attempt.get();
        } finally {
            big.release();
        }
    }

    /** Empty when its turn has not come in this time. */
    public Optional<Turn> retry(boolean isBig, Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        var taken = new ArrayList<Semaphore>();
        var begins = false;
        try {
            for (var bound : bounds(isBig)) {
                if (!bound.tryAcquire(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    return Optional.empty();
                }
                taken.add(bound);
            }
            begins = pace.await(terms.perSecond(), Duration.ofNanos(until - System.nanoTime()));
            return begins ? Optional.of(() -> taken.forEach(Semaphore::release)) : Optional.empty();
        } finally {
            if (!begins) {
                taken.forEach(Semaphore::release);
            }
        }
    }

    private List<Semaphore> bounds(boolean isBig) {
        var bounds = new ArrayList<Semaphore>();
        bounds.add(retries);
        if (terms.atOnce() > 0) {
            bounds.add(first);
        }
        if (isBig) {
            bounds.add(big);
        }
        return bounds;
    }

    /** Waits until nothing that has room here is under way, or for that long. */
    void drain(Duration atMost) throws InterruptedException {
        int all = first.bound();
        if (first.tryAcquire(all, atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            first.release(all);
        }
    }
}
