package dev.sluice.buses.gcppubsub;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.EventMessage;
import java.util.concurrent.CompletableFuture;

/** One event that came by a feed and is not acknowledged. */
final class HeldEvent implements Bus.Delivery {
    private final GcpPubSubFeed feed;
    private final String stamp;
    private final EventMessage event;
    // guarded by the feed
    String ackId;
    /** Its acknowledgement is under way. */
    boolean done;

    HeldEvent(GcpPubSubFeed feed, String stamp, String ackId, EventMessage event) {
        this.feed = feed;
        this.stamp = stamp;
        this.ackId = ackId;
        this.event = event;
    }

    @Override
    public String stamp() {
        return stamp;
    }

    @Override
    public EventMessage event() {
        return event;
    }

    @Override
    public CompletableFuture<Void> acknowledge() {
        return feed.acknowledge(this);
    }
}
