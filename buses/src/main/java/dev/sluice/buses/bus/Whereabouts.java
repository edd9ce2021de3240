package dev.sluice.buses.bus;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where channels and subscriptions are, by what the local bus remembers of them. */
final class Whereabouts {
    private final Bus local;
    private final ChannelsElsewhere elsewhere;
    private final Placements placements;

    Whereabouts(Bus local, ChannelsElsewhere elsewhere, Placements placements) {
        this.local = local;
        this.elsewhere = elsewhere;
        this.placements = placements;
    }

    Optional<SubscriptionSettings> known(String uid) {
        return local.subscriptions().stream().filter(s -> s.uid().equals(uid)).findFirst();
    }

    Stream<SubscriptionSettings> takingFrom(ChannelSettings channel) {
        return channel.bus().equals(busOf(channel.id())) ? takingFrom(channel.id()) : Stream.empty();
    }

    Stream<SubscriptionSettings> takingFrom(ChannelId channel) {
        return local.subscriptions().stream().filter(s -> s.channel().equals(channel));
    }

    /** Its bus has nothing of a deleted subscription either. */
    boolean isUnused(ChannelSettings channel) {
        return takingFrom(channel).findAny().isEmpty() && placements.none(channel);
    }

    /** Null is the local one, or none. */
    @Nullable
    String busOf(ChannelId channel) {
        return elsewhere
                .get(channel)
                .or(() -> local.hasChannel(channel) ? Optional.empty() : lastOf(channel))
                .map(ChannelSettings::bus)
                .orElse(null);
    }

    /** Of a deleted channel the bus that its subscriptions are at; what is left at others has moved from there. */
    private Optional<ChannelSettings> lastOf(ChannelId channel) {
        var all = elsewhere.gone(channel).toList();
        return all.stream()
                .filter(placements::isAt)
                .findFirst()
                .or(() -> all.stream().filter(placements::none).findFirst());
    }

    /** The bus that carries the channel; the local one when nobody said. */
    String carrier(ChannelId channel) {
        return Objects.requireNonNullElse(busOf(channel), ChannelSettings.LOCAL);
    }

    /** It is deleted, and subscriptions have what it had taken. */
    boolean isLeft(ChannelId channel) {
        return busOf(channel) != null && takingFrom(channel).findAny().isPresent();
    }

    /** Its feed would leave them behind. */
    static void refuseWhilePending(SubscriptionSettings subscription, String name, Bus bus) {
        int pending = bus.pending(subscription.uid());
        if (pending > 0) {
            throw pending(subscription, pending, name);
        }
    }

    static BusException pending(SubscriptionSettings subscription, int pending, String name) {
        return new BusException("subscription " + subscription.namespace() + "/" + subscription.name() + " still has "
                + pending + " events of a channel of the same name on bus " + name);
    }
}
