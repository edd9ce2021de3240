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
    /**
     * Deleted ones that have subscriptions still, with events that were accepted, or whose bus has not heard of it yet; and what is left
     * of those that have moved to another bus.
     */
    private final Map<Left, ChannelSettings> gone = new ConcurrentHashMap<>();

    private record Left(ChannelId id, String bus) {
        static Left of(ChannelSettings channel) {
            return new Left(channel.id(), channel.bus());
        }
    }

    ChannelsElsewhere(Roster roster) {
        this.roster = roster;
        for (var known : roster.remembered()) {
            var channel = known.channel();
            if (known.gone()) {
                gone.put(Left.of(channel), channel);
            } else {
                there.put(channel.id(), channel);
            }
        }
    }

    Optional<ChannelSettings> get(ChannelId channel) {
        return Optional.ofNullable(there.get(channel));
    }

    Stream<ChannelSettings> gone(ChannelId channel) {
        return gone.values().stream().filter(c -> c.id().equals(channel));
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
        return channel.equals(there.get(channel.id())) || channel.equals(gone.get(Left.of(channel)));
    }

    /** It is deleted there, and was not made again there since. */
    boolean isGone(ChannelSettings channel) {
        return channel.equals(gone.get(Left.of(channel))) && !isThere(channel);
    }

    private boolean isThere(ChannelSettings channel) {
        var now = there.get(channel.id());
        return now != null && now.bus().equals(channel.bus());
    }

    synchronized void add(ChannelSettings channel) {
        var before = there.get(channel.id());
        if (!channel.equals(before)) {
            if (before != null && !before.bus().equals(channel.bus())) {
                leave(before);
            }
            roster.remember(new Roster.Elsewhere(channel, false));
            there.put(channel.id(), channel);
            gone.remove(Left.of(channel));
        }
    }

    /** It takes no more events there; its bus is to be told, or has subscriptions of it still. */
    synchronized void leave(ChannelSettings channel) {
        roster.remember(new Roster.Elsewhere(channel, true));
        gone.put(Left.of(channel), channel);
        if (isThere(channel)) {
            there.remove(channel.id());
        }
    }

    /** Its bus knows that it is deleted. */
    synchronized void removed(ChannelSettings channel, BooleanSupplier unused) {
        if (unused.getAsBoolean()) {
            roster.forget(channel);
            if (isThere(channel)) {
                there.remove(channel.id());
            }
        } else {
            leave(channel);
        }
    }

    /** A deleted one that nobody takes from any more, and whose bus knows. */
    synchronized void forget(ChannelSettings channel, BooleanSupplier unused) {
        if (unused.getAsBoolean() && gone.remove(Left.of(channel)) != null && !isThere(channel)) {
            roster.forget(channel);
        }
    }
}
