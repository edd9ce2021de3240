package dev.sluice.buses.bus;

import java.util.Collection;

/** Remembers over restarts which channels are carried by a bus elsewhere, so that their senders are not told that they are unknown. */
public interface Roster {
    /** Durable when this returns. */
    void remember(ChannelSettings channel);

    /** Durable when this returns. */
    void forget(ChannelId channel);

    Collection<ChannelSettings> remembered();
}
