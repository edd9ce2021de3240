package dev.sluice.buses.plane;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.dispatch.Dispatcher;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What reconcilers tell the data plane: which channels there are and who subscribes to them. A problem is told in words, for a
 * condition; the empty string means that it is done and durable.
 */
public final class Carriers {
    private final Bus bus;
    private final Dispatcher dispatcher;
    private final HostsRegistry hosts;

    public Carriers(Bus bus, Dispatcher dispatcher, HostsRegistry hosts) {
        this.bus = bus;
        this.dispatcher = dispatcher;
        this.hosts = hosts;
    }

    /**
     * Makes a bus carry the channel, and the gateways know its hosts.
     *
     * @param busName {@code stub}, or the name of a ClusterBus
     * @param arguments of the channel, for the bus
     */
    public String carry(ChannelId channel, String busName, Map<String, String> arguments) {
        try {
            bus.addChannel(new ChannelSettings(channel, busName, arguments));
        } catch (BusException e) {
            return String.valueOf(e.getMessage());
        }
        hosts.add(channel);
        return "";
    }

    /** No more events are taken for the channel; what it has taken is still delivered. */
    public void drop(ChannelId channel) {
        hosts.remove(channel);
        bus.removeChannel(channel);
    }

    /** Adds or changes a subscription: every later event of its channel reaches it. */
    public String subscribe(SubscriptionSettings settings) {
        if (!bus.hasChannel(settings.channel())) {
            return "no bus carries " + settings.channel() + " yet";
        }
        try {
            dispatcher.put(settings);
            return "";
        } catch (BusException e) {
            return String.valueOf(e.getMessage());
        }
    }

    public void unsubscribe(String uid) {
        dispatcher.remove(uid);
    }

    /** The subscriptions of a channel that are known. */
    public List<SubscriptionSettings> subscriptions(ChannelId channel) {
        return bus.subscriptions().stream()
                .filter(s -> s.channel().equals(channel))
                .toList();
    }

    /** Channels that the bus remembers and Kubernetes does not. */
    public void forgetChannels(Predicate<ChannelId> gone) {
        bus.channels().stream().filter(gone).toList().forEach(this::drop);
    }

    /** Subscriptions that the bus remembers and Kubernetes does not. */
    public void forgetSubscriptions(Predicate<SubscriptionSettings> gone) {
        bus.subscriptions().stream()
                .filter(gone)
                .map(SubscriptionSettings::uid)
                .toList()
                .forEach(dispatcher::remove);
    }
}
