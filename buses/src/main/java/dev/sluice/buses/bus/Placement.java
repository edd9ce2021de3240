package dev.sluice.buses.bus;

/**
 * That a bus elsewhere has something of a subscription, or is about to. It is kept as JSON, from before the bus is asked to make it until the
 * bus has deleted it: it changes only additively.
 *
 * @param bus by the name that channels mean it by
 * @param begun the bus has said that it has it
 * @param removed the subscription was deleted while the bus was away
 */
public record Placement(
        String bus, String uid, String namespace, String name, ChannelId channel, boolean begun, boolean removed) {
    static Placement of(SubscriptionSettings subscription, String bus) {
        return new Placement(
                bus,
                subscription.uid(),
                subscription.namespace(),
                subscription.name(),
                subscription.channel(),
                false,
                false);
    }

    Placement withBegun() {
        return new Placement(bus, uid, namespace, name, channel, true, removed);
    }

    Placement withRemoved() {
        return new Placement(bus, uid, namespace, name, channel, begun, true);
    }
}
