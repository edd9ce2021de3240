package dev.sluice.buses.bus;

import java.util.Collection;

/**
 * Remembers over restarts which channels are carried by a bus elsewhere, so that their senders are not told that they are unknown, and
 * what buses elsewhere have of subscriptions, so that nothing stays there when it is deleted while they are away. Everything is durable
 * when a method returns.
 */
public interface Roster {
    /** @param gone it is deleted: it takes no events, and its bus has subscriptions with events of it, or has not heard of it yet */
    record Elsewhere(ChannelSettings channel, boolean gone) {}

    /** Adds it, or changes the one of the same bus and name. */
    void remember(Elsewhere channel);

    /** Of that bus. */
    void forget(ChannelSettings channel);

    Collection<Elsewhere> remembered();

    /** Adds it, or changes the one of the same bus and uid. */
    void place(Placement placement);

    void forget(Placement placement);

    Collection<Placement> placements();
}
