package dev.sluice.buses.bus;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The channels of buses elsewhere, by the roster. No change waits for a bus. */
final class ChannelsElsewhere {
    private final Roster roster;
    // both changed while holding this
    private final Map<ChannelId, ChannelSettings> there = new ConcurrentHashMap<>();
    /** Deleted ones that have subscriptions still, with events that were accepted, or whose bus has not heard of it yet. */
    private final Map<ChannelId, ChannelSettings> gone = new ConcurrentHashMap<>();

    ChannelsElsewhere(Roster roster) {
        this.roster = roster;
        for (var known : roster.remembered()) {
            (known.gone() ? gone : there).put(known.channel().id(), known.channel());
        }
    }

    Optional<ChannelSettings> get(ChannelId channel) {
        return Optional.ofNullable(there.get(channel));
    }

    Optional<ChannelSettings> gone(ChannelId channel) {
        return Optional.ofNullable(gone.get(channel));
    }

    boolean has(ChannelId channel) {
        return there.containsKey(channel);
    }

    Set<ChannelId> ids() {
        return Set.copyOf(there.keySet());
    }

    /** Of a bus, with the deleted ones. */
    Stream<ChannelSettings> all(String bus) {
        return Stream.concat(there.values().stream().filter(c -> c.bus().equals(bus)), gone(bus));
    }

    Stream<ChannelSettings> gone(String bus) {
        return gone.values().stream().filter(c -> c.bus().equals(bus));
    }

    boolean isKnown(ChannelSettings channel) {
        return channel.equals(there.get(channel.id())) || channel.equals(gone.get(channel.id()));
    }

    /** It is deleted, and was not made again since. */
    boolean isGone(ChannelSettings channel) {
        return channel.equals(gone.get(channel.id())) && !there.containsKey(channel.id());
    }

    synchronized void add(ChannelSettings channel) {
        if (!channel.equals(there.get(channel.id()))) {
            roster.remember(new Roster.Elsewhere(channel, false));
            there.put(channel.id(), channel);
            gone.remove(channel.id());
        }
    }

    /** It takes no more events; its bus is to be told, or has subscriptions of it still. */
    synchronized void leave(ChannelSettings channel) {
        roster.remember(new Roster.Elsewhere(channel, true));
        gone.put(channel.id(), channel);
        there.remove(channel.id());
    }

    /** Its bus knows that it is deleted. */
    synchronized void removed(ChannelSettings channel, BooleanSupplier unused) {
        if (unused.getAsBoolean()) {
            roster.forget(channel.id());
            there.remove(channel.id());
        } else {
            leave(channel);
        }
    }

    /** A deleted one that nobody takes from any more, and whose bus knows. */
    synchronized void forget(ChannelSettings channel, BooleanSupplier unused) {
        if (unused.getAsBoolean() && gone.remove(channel.id()) != null && !there.containsKey(channel.id())) {
            roster.forget(channel.id());
        }
    }
}
