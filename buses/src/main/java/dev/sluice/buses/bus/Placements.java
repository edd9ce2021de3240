package dev.sluice.buses.bus;

import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** What buses elsewhere have of subscriptions, by the roster. Each change looks again first, and none waits for a bus. */
final class Placements {
    private final Roster roster;

    Placements(Roster roster) {
        this.roster = roster;
    }

    Stream<Placement> of(String uid) {
        return roster.placements().stream().filter(placement -> placement.uid().equals(uid));
    }

    Stream<Placement> of(String uid, String bus) {
        return of(uid).filter(placement -> placement.bus().equals(bus));
    }

    /** Of subscriptions that were deleted while the bus was away. */
    Stream<Placement> left(String bus) {
        return roster.placements().stream()
                .filter(placement -> placement.removed() && placement.bus().equals(bus));
    }

    Stream<Placement> taking() {
        return roster.placements().stream().filter(placement -> !placement.removed());
    }

    boolean has(Placement placement) {
        return roster.placements().contains(placement);
    }

    /** Whether a subscription of the channel takes from it there. */
    boolean isAt(ChannelSettings channel) {
        return roster.placements().stream()
                .anyMatch(placement -> !placement.removed()
                        && placement.bus().equals(channel.bus())
                        && placement.channel().equals(channel.id()));
    }

    boolean none(ChannelSettings channel) {
        return roster.placements().stream()
                .noneMatch(placement -> placement.bus().equals(channel.bus())
                        && placement.channel().equals(channel.id()));
    }

    /**
     * Before anything is made that a deletion would have to find.
     *
     * @param wanted whether the subscription is not deleted, asked while nothing changes here
     */
    synchronized Placement begin(SubscriptionSettings subscription, String bus, BooleanSupplier wanted) {
        if (!wanted.getAsBoolean()) {
            throw new BusException(
                    "subscription " + subscription.namespace() + "/" + subscription.name() + " was deleted meanwhile");
        }
        var known = of(subscription.uid(), bus)
                .filter(placement -> !placement.removed())
                .findFirst();
        var placement = known.orElseGet(() -> Placement.of(subscription, bus));
        if (known.isEmpty()) {
            roster.place(placement);
        }
        return placement;
    }

    /** The bus has said that it has it; one that was deleted meanwhile stays so. */
    synchronized void begun(Placement placement) {
        if (!placement.begun() && has(placement)) {
            roster.place(placement.withBegun());
        }
    }

    /** An earlier version did not write down what is where. */
    synchronized void placedBefore(SubscriptionSettings subscription, String bus) {
        if (of(subscription.uid(), bus).findAny().isEmpty()) {
            roster.place(Placement.of(subscription, bus));
        }
    }

    /** The bus is to be told when it is back. */
    synchronized void remove(String uid, String bus) {
        of(uid, bus).toList().forEach(placement -> roster.place(placement.withRemoved()));
    }

    synchronized void forget(Placement placement) {
        roster.forget(placement);
    }
}
