package dev.sluice.buses.bus;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bus made of many: each channel is carried by the bus that it names. The local bus remembers all channels and subscriptions;
 * buses elsewhere are attached when their connection is known, and told then of what is theirs, again and again until they took
 * it. A channel whose bus is not attached or does not answer is {@code Unavailable}, never unknown.
 *
 * <pre>
 *   publish(channel) -> local, or attached(channel.bus), or Unavailable
 *   feed(uid)        -> a RoutedFeed, which follows its subscription when the bus is attached, replaced or detached
 * </pre>
 */
public final class BusRouter implements Bus {
    private static final Logger LOG = LoggerFactory.getLogger(BusRouter.class);
    private static final long SETTLE_AGAIN_MILLIS = 1_000;

    private final Bus local;
    private final Roster roster;
    private final Map<String, Bus> attached = new ConcurrentHashMap<>();
    /** Channels of buses elsewhere. */
    private final Map<ChannelId, ChannelSettings> elsewhere = new ConcurrentHashMap<>();

    private final Map<String, RoutedFeed> feeds = new ConcurrentHashMap<>();

    /** Closes the local bus with itself. */
    public <B extends Bus & Roster> BusRouter(B local) {
        this.local = local;
        this.roster = local;
        roster.remembered().forEach(channel -> elsewhere.put(channel.id(), channel));
    }

    /** Makes the bus the one that channels mean by this name; one that had the name is closed. */
    public synchronized void attach(String name, Bus bus) {
        detach(name);
        attached.put(name, bus);
        Thread.ofVirtual().name("settle " + name).start(() -> settle(name, bus));
    }

    /** Closes it; its channels are unavailable until it is attached again. */
    public synchronized void detach(String name) {
        var bus = attached.remove(name);
        if (bus != null) {
            local.subscriptions().stream()
                    .filter(s -> name.equals(busOf(s.channel())))
                    .forEach(s -> routed(s.uid()).moveTo(null));
            bus.close();
        }
    }

    public boolean isAttached(String name) {
        return name.equals(ChannelSettings.LOCAL) || attached.containsKey(name);
    }

    /** Why the bus of that name cannot be used at present; empty when it can. */
    public Optional<String> trouble(String name) {
        if (name.equals(ChannelSettings.LOCAL)) {
            return local.trouble();
        }
        var bus = attached.get(name);
        return bus == null ? Optional.of("bus " + name + " is not connected") : bus.trouble();
    }

    private void settle(String name, Bus bus) {
        try {
            while (bus.equals(attached.get(name)) && !settled(name, bus)) {
                Thread.sleep(SETTLE_AGAIN_MILLIS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean settled(String name, Bus bus) {
        try {
            elsewhere.values().stream().filter(c -> c.bus().equals(name)).forEach(bus::addChannel);
            for (var subscription : local.subscriptions()) {
                if (name.equals(busOf(subscription.channel()))) {
                    place(subscription, bus);
                }
            }
            return true;
        } catch (RuntimeException e) {
            if (bus.equals(attached.get(name))) {
                LOG.atInfo()
                        .addKeyValue("bus", name)
                        .addKeyValue("cause", String.valueOf(e.getMessage()))
                        .log("the bus does not have its channels and subscriptions yet");
            }
            return false;
        }
    }

    private @Nullable String busOf(ChannelId channel) {
        var settings = elsewhere.get(channel);
        return settings == null ? null : settings.bus();
    }

    private RoutedFeed routed(String uid) {
        return feeds.computeIfAbsent(uid, _ -> new RoutedFeed());
    }

    private void place(SubscriptionSettings subscription, Bus bus) {
        bus.putSubscription(subscription);
        routed(subscription.uid()).moveTo(bus.feed(subscription.uid()));
    }

    @Override
    public void addChannel(ChannelSettings channel) {
        var known = elsewhere.get(channel.id());
        if (channel.bus().equals(ChannelSettings.LOCAL)) {
            if (known != null) {
                removeChannel(channel.id());
            }
            local.addChannel(channel);
            return;
        }
        if (local.hasChannel(channel.id())) {
            local.removeChannel(channel.id());
        }
        if (!channel.equals(known)) {
            roster.remember(channel);
            elsewhere.put(channel.id(), channel);
        }
        connected(channel.bus()).addChannel(channel);
    }

    private Bus connected(String name) {
        var bus = attached.get(name);
        if (bus == null) {
            throw new BusException("bus " + name + " is not connected");
        }
        return bus;
    }

    @Override
    public void removeChannel(ChannelId channel) {
        var known = elsewhere.get(channel);
        if (known == null) {
            local.removeChannel(channel);
            return;
        }
        var bus = attached.get(known.bus());
        if (bus != null) {
            bus.removeChannel(channel);
        }
        roster.forget(channel);
        elsewhere.remove(channel);
    }

    @Override
    public Set<ChannelId> channels() {
        var all = new HashSet<>(local.channels());
        all.addAll(elsewhere.keySet());
        return all;
    }

    @Override
    public boolean hasChannel(ChannelId channel) {
        return elsewhere.containsKey(channel) || local.hasChannel(channel);
    }

    /** The bus that carries the channel; the local one when nobody said. */
    public String carrier(ChannelId channel) {
        return Objects.requireNonNullElse(busOf(channel), ChannelSettings.LOCAL);
    }

    @Override
    public void putSubscription(SubscriptionSettings settings) {
        local.putSubscription(settings); // remembers it, wherever its events come from
        var name = busOf(settings.channel());
        if (name == null) {
            routed(settings.uid()).moveTo(local.feed(settings.uid()));
            return;
        }
        if (local.pending(settings.uid()) > 0) {
            throw new BusException("subscription " + settings.namespace() + "/" + settings.name() + " still has "
                    + local.pending(settings.uid()) + " events of a channel of the same name on another bus");
        }
        place(settings, connected(name));
    }

    @Override
    public void removeSubscription(String uid) {
        for (var bus : attached.values()) {
            if (bus.subscriptions().stream().anyMatch(s -> s.uid().equals(uid))) {
                bus.removeSubscription(uid);
            }
        }
        local.removeSubscription(uid);
        feeds.remove(uid);
    }

    @Override
    public List<SubscriptionSettings> subscriptions() {
        return local.subscriptions();
    }

    @Override
    public Published publish(ChannelId channel, List<EventMessage> events) throws InterruptedException {
        var settings = elsewhere.get(channel);
        if (settings == null) {
            return local.publish(channel, events);
        }
        var bus = attached.get(settings.bus());
        if (bus == null) {
            return new Published.Unavailable("bus " + settings.bus() + " is not connected");
        }
        var published = bus.publish(channel, events);
        return published instanceof Published.UnknownChannel
                ? new Published.Unavailable("bus " + settings.bus() + " does not have channel " + channel + " yet")
                : published;
    }

    @Override
    public Feed feed(String uid) {
        var feed = routed(uid);
        local.subscriptions().stream()
                .filter(s -> s.uid().equals(uid) && busOf(s.channel()) == null)
                .findFirst()
                .ifPresent(s -> feed.moveTo(local.feed(uid)));
        return feed;
    }

    private Bus carrierOf(String uid) {
        return attached.values().stream()
                .filter(bus ->
                        bus.subscriptions().stream().anyMatch(s -> s.uid().equals(uid)))
                .findFirst()
                .orElse(local);
    }

    @Override
    public int pending(String uid) {
        return carrierOf(uid).pending(uid);
    }

    @Override
    public Optional<String> replay(String uid, Instant since) {
        var elsewhere = local.subscriptions().stream()
                .filter(s -> s.uid().equals(uid))
                .findFirst()
                .map(s -> busOf(s.channel()));
        return elsewhere.isPresent() ? connected(elsewhere.get()).replay(uid, since) : local.replay(uid, since);
    }

    @Override
    public Duration keeps(ChannelId channel) {
        var name = busOf(channel);
        var bus = name == null ? local : attached.get(name);
        return bus == null ? Duration.ZERO : bus.keeps(channel);
    }

    @Override
    public Optional<String> trouble() {
        return local.trouble();
    }

    @Override
    public synchronized void close() {
        new ArrayList<>(attached.keySet()).forEach(this::detach);
        local.close();
    }
}
