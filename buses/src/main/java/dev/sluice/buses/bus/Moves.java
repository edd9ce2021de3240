package dev.sluice.buses.bus;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Channels on their way from one bus to another. They take no events meanwhile, and begin at the new one when the old one has none of
 * theirs any more: what was accepted is delivered first, and nothing of the channel stays there.
 */
final class Moves {
    private final long quietNanos;
    private final LongSupplier nanos;
    private final Set<ChannelId> underWay = ConcurrentHashMap.newKeySet();
    private final Map<ChannelId, Long> emptySince = new ConcurrentHashMap<>();

    /** @param quiet for which a bus must have nothing: one that was just connected may know only roughly what it has */
    Moves(Duration quiet, LongSupplier nanos) {
        this.quietNanos = quiet.toNanos();
        this.nanos = nanos;
    }

    void begin(ChannelId channel) {
        underWay.add(channel);
    }

    boolean isUnderWay(ChannelId channel) {
        return underWay.contains(channel);
    }

    /**
     * @param left events on the bus that it leaves
     * @throws BusException while there are any
     */
    void requireDrained(ChannelSettings old, long left) {
        long now = nanos.getAsLong();
        if (left > 0) {
            emptySince.remove(old.id());
        } else if (now - emptySince.computeIfAbsent(old.id(), _ -> now) >= quietNanos) {
            return;
        }
        throw notYet(old, left);
    }

    static BusException notYet(ChannelSettings old, long left) {
        return new BusException(
                "channel " + old.id().namespace() + "/" + old.id().name() + " moves when bus " + old.bus()
                        + " has delivered what it has of it (" + left + " events)");
    }

    void end(ChannelId channel) {
        underWay.remove(channel);
        emptySince.remove(channel);
    }
}
