package dev.sluice.buses.bus;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Of each channel the publications that are under way, and a moment without any, when it moves to another bus. */
final class Gates {
    /** A bus may take so long for one publication. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);

    private static final class Gate {
        private int inside;
        private boolean closed;
    }

    private final Map<ChannelId, Gate> gates = new HashMap<>(); // guarded by this

    /** False while the channel moves: who sends comes back. */
    synchronized boolean enter(ChannelId channel) {
        var gate = gates.computeIfAbsent(channel, _ -> new Gate());
        if (gate.closed) {
            return false;
        }
        gate.inside++;
        return true;
    }

    synchronized void leave(ChannelId channel) {
        var gate = gates.get(channel);
        if (gate != null) {
            gate.inside--;
            tidy(channel, gate);
            notifyAll();
        }
    }

    private void tidy(ChannelId channel, @Nullable Gate gate) {
        if (gate != null && gate.inside == 0 && !gate.closed) {
            gates.remove(channel);
        }
    }

    /**
     * Does it while nothing is published to the channel.
     *
     * @throws BusException when the channel is moving already, or a publication does not come to an end
     */
    void closed(ChannelId channel, Runnable what) {
        close(channel);
        try {
            awaitEmpty(channel);
            what.run();
        } finally {
            open(channel);
        }
    }

    private synchronized void close(ChannelId channel) {
        var gate = gates.computeIfAbsent(channel, _ -> new Gate());
        if (gate.closed) {
            throw new BusException("channel " + channel + " is moving to another bus already");
        }
        gate.closed = true;
    }

    private synchronized void awaitEmpty(ChannelId channel) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        try {
            for (var gate = gates.get(channel); gate != null && gate.inside > 0; ) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    throw new BusException(
                            "channel " + channel + " stays where it is: something is still published to it");
                }
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new BusException("channel " + channel + " stays where it is: this process ends");
        }
    }

    private synchronized void open(ChannelId channel) {
        var gate = gates.get(channel);
        if (gate != null) {
            gate.closed = false;
            tidy(channel, gate);
        }
    }
}
