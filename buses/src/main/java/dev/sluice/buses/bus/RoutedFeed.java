package dev.sluice.buses.bus;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A feed that follows its subscription from bus to bus: a taker that waits at the old one goes on at the new one. */
final class RoutedFeed implements Bus.Feed {
    // all guarded by this
    private Bus.@Nullable Feed at;
    private @Nullable Thread taker;
    private boolean moved;

    @Override
    public Bus.Delivery take() throws InterruptedException {
        while (true) {
            var feed = begin();
            try {
                return feed.take();
            } catch (InterruptedException e) {
                if (!wasMoved()) {
                    throw e;
                }
            } finally {
                end();
            }
        }
    }

    private synchronized Bus.Feed begin() throws InterruptedException {
        while (at == null) {
            wait();
        }
        moved = false;
        taker = Thread.currentThread();
        return at;
    }

    private synchronized boolean wasMoved() {
        return moved;
    }

    private synchronized void end() {
        taker = null;
        if (moved) {
            var _ = Thread.interrupted(); // meant for the old feed only
        }
    }

    /** Null keeps takers waiting. */
    synchronized void moveTo(Bus.@Nullable Feed next) {
        if (Objects.equals(next, at)) {
            return;
        }
        at = next;
        notifyAll();
        if (taker != null && !moved) {
            moved = true;
            taker.interrupt();
        }
    }
}
