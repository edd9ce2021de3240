package dev.sluice.buses.dispatch;

import java.util.concurrent.Semaphore;

/** A bound on what happens at the same time that can be changed while it is in use. */
final class Slots extends Semaphore {
    private static final long serialVersionUID = 1L;

    private int bound;

    Slots(int bound) {
        super(bound, true); // who makes retries and who takes events wait beside each other
        this.bound = bound;
    }

    /** A smaller bound is reached as what is in flight ends. */
    synchronized void bound(int wanted) {
        if (wanted > bound) {
            release(wanted - bound);
        } else {
            reducePermits(bound - wanted);
        }
        bound = wanted;
    }

    synchronized int bound() {
        return bound;
    }
}
