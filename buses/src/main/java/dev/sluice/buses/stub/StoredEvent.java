package dev.sluice.buses.stub;

import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** An event of the journal and the record ids of the subscriptions that are not done with it. Guarded by itself. */
final class StoredEvent {
    private final String stamp;
    private final ChannelId channel;
    private final EventMessage message;
    private final Set<Long> open = new HashSet<>(4);

    StoredEvent(String stamp, ChannelId channel, long[] subscriptions, EventMessage message) {
        this.stamp = stamp;
        this.channel = channel;
        this.message = message;
        Arrays.stream(subscriptions).forEach(open::add);
    }

    String stamp() {
        return stamp;
    }

    ChannelId channel() {
        return channel;
    }

    EventMessage message() {
        return message;
    }

    synchronized Set<Long> open() {
        return Set.copyOf(open);
    }

    /** What a subscription's acknowledgement changed. */
    enum Change {
        NOTHING,
        OTHERS_WAIT,
        ALL_DONE
    }

    synchronized Change done(long subscription) {
        if (!open.remove(subscription)) {
            return Change.NOTHING;
        }
        return open.isEmpty() ? Change.ALL_DONE : Change.OTHERS_WAIT;
    }
}
