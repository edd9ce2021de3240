package dev.sluice.buses.plane;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.dispatch.Dispatcher;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What reconcilers tell the data plane: which channels there are and who subscribes to them. A problem is told in words, for a
 * condition; the empty string means that it is done and durable.
 */
public final class Carriers {
    private static final Logger LOG = LoggerFactory.getLogger(Carriers.class);

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
            if (bus.hasChannel(channel)) { // its bus is away: who sends is told 503 and not 404
                hosts.add(channel);
            }
            return String.valueOf(e.getMessage());
        }
        hosts.add(channel);
        return "";
    }

    /** Whether the channel is known: it takes events, or does when its bus is back. */
    public boolean carries(ChannelId channel) {
        return bus.hasChannel(channel);
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

    /** Changes one that is known, whether its channel takes events now or not; what is in the way shows when it is subscribed again. */
    public void change(SubscriptionSettings settings) {
        try {
            dispatcher.put(settings);
        } catch (BusException e) {
            LOG.atInfo()
                    .addKeyValue("namespace", settings.namespace())
                    .addKeyValue("subscription", settings.name())
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("its bus does not know the change yet");
        }
    }

    /** As it is known, whatever its object asks for by now. */
    public Optional<SubscriptionSettings> subscription(String uid) {
        return dispatcher.subscription(uid);
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

    /** Channels that the bus remembers and Kubernetes does not. One that cannot be deleted is asked for again at the next start. */
    public void forgetChannels(Predicate<ChannelId> gone) {
        bus.channels().stream().filter(gone).toList().forEach(channel -> {
            try {
                drop(channel);
            } catch (BusException e) {
                LOG.atWarn()
                        .addKeyValue("channel", channel)
                        .addKeyValue("cause", String.valueOf(e.getMessage()))
                        .log("its bus keeps a channel that is not there any more");
            }
        });
    }

    /** Subscriptions that the bus remembers and Kubernetes does not. */
    public void forgetSubscriptions(Predicate<SubscriptionSettings> gone) {
        bus.subscriptions().stream().filter(gone).toList().forEach(dispatcher::forget);
    }
}
