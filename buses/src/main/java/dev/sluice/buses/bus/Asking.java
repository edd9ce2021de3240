package dev.sluice.buses.bus;

import java.util.concurrent.locks.ReentrantLock;

/**
 * One at a time asks a bus to make or delete something, so that nothing is made again that is being deleted, or deleted that was made
 * again. Of many that ask a bus in trouble one waits for its answer; the others are told at once.
 */
final class Asking {
    private final ReentrantLock lock = new ReentrantLock();

    /** @throws BusException also when the bus is in trouble after others were waited for */
    void alone(Bus bus, Runnable what) {
        boolean waited = !lock.tryLock();
        if (waited) {
            lock.lock();
        }
        try {
            if (waited && bus.trouble().isPresent()) {
                throw new BusException(bus.trouble().orElse("the bus was in trouble"));
            }
            what.run();
        } finally {
            lock.unlock();
        }
    }
}
