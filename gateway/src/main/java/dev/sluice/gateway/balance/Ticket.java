package dev.sluice.gateway.balance;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request's place: outside, in the queue, or at a pod. A connection uses the same one for all its requests. */
public final class Ticket {
    enum Place {
        OUTSIDE,
        QUEUED,
        AT_POD,
        CANCELLED
    }

    /** Written under the gate's monitor. */
    private volatile Place place = Place.OUTSIDE;

    private volatile @Nullable Thread waiting;

    private @Nullable Runnable onMove;

    /** What a keeper of the limit knows the wait by. */
    private volatile long call;

    private @Nullable Loan loan;

    /** A place for a request that another gateway has. */
    private record Loan(String borrower, Consumer<String> granted) {}

    @Nullable
    Pod pod;

    @Nullable
    Ticket before;

    @Nullable
    Ticket after;

    long entered;
    long dispatched;

    Place place() {
        return place;
    }

    void move(Place next) {
        var before = place;
        place = next;
        if (next != Place.QUEUED) {
            LockSupport.unpark(waiting);
            if (before == Place.QUEUED && onMove != null) {
                onMove.run();
            }
        }
    }

    /** Told when the request leaves the queue, for one that no thread waits for; must only post, as it holds a monitor. */
    public void onMove(Runnable post) {
        onMove = post;
    }

    /**
     * The request is another gateway's: it gets a pod here, and carries itself out there.
     *
     * @param granted told which pod; must only post, as it is called under a monitor
     */
    public void lendTo(String borrower, Consumer<String> granted) {
        loan = new Loan(borrower, granted);
    }

    /** Whose the request is, when it is another gateway's. */
    @Nullable
    String borrower() {
        return loan == null ? null : loan.borrower();
    }

    void grant(String podUid) {
        place = Place.OUTSIDE;
        if (loan != null) {
            loan.granted().accept(podUid);
        }
    }

    /** It was asked for anew. */
    public void asked(long number) {
        call = number;
    }

    public long call() {
        return call;
    }

    /** Whether the request stands at a pod. */
    public boolean atPod() {
        return place == Place.AT_POD;
    }

    /** Waits while queued, until the deadline of {@link System#nanoTime}. */
    void park(long deadline) {
        waiting = Thread.currentThread();
        try {
            while (place == Place.QUEUED) {
                long left = deadline - System.nanoTime();
                if (left <= 0 || Thread.currentThread().isInterrupted()) {
                    return;
                }
                LockSupport.parkNanos(this, left);
            }
        } finally {
            waiting = null;
        }
    }

    public Pod pod() {
        if (pod == null) {
            throw new IllegalStateException("the request is not at a pod");
        }
        return pod;
    }

    /** When the request went to its pod, of {@link System#nanoTime}. */
    public long dispatched() {
        return dispatched;
    }

    /** How long the request waited before its (last) pod. */
    public long waitedNanos() {
        return dispatched - entered;
    }
}
