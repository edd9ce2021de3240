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
import java.util.stream.Stream;
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
    private static final long LONGEST_SETTLE_AGAIN_MILLIS = 30_000;

    private final Bus local;
    private final Roster roster;
    private final Map<String, Bus> attached = new ConcurrentHashMap<>();
    /** Channels of buses elsewhere. */
    private final Map<ChannelId, ChannelSettings> elsewhere = new ConcurrentHashMap<>();
    /** Deleted ones that have subscriptions still, with events that were accepted, or whose bus has not heard of it yet. */
    private final Map<ChannelId, ChannelSettings> gone = new ConcurrentHashMap<>();

    private final Map<String, RoutedFeed> feeds = new ConcurrentHashMap<>();
    /** Held while a bus is told of what it may have, so that nothing is made again that is being deleted. */
    private final Object standing = new Object();
    /** Held while a channel comes or goes here, never while a bus is asked. */
    private final Object marks = new Object();

    /** Closes the local bus with itself. */
    public <B extends Bus & Roster> BusRouter(B local) {
        this.local = local;
        this.roster = local;
        for (var known : roster.remembered()) {
            (known.gone() ? gone : elsewhere).put(known.channel().id(), known.channel());
        }
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
        long pause = SETTLE_AGAIN_MILLIS;
        try {
            while (bus.equals(attached.get(name)) && !settled(name, bus)) {
                Thread.sleep(pause);
                // one that answers and refuses something needs a person
                pause = bus.trouble().isPresent()
                        ? SETTLE_AGAIN_MILLIS
                        : Math.min(2 * pause, LONGEST_SETTLE_AGAIN_MILLIS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** One thing that fails does not keep the bus from the others. */
    private boolean settled(String name, Bus bus) {
        var steps = new ArrayList<Runnable>();
        Stream.concat(elsewhere.values().stream(), gone.values().stream())
                .filter(c -> c.bus().equals(name))
                .forEach(c -> steps.add(() -> bus.addChannel(c)));
        for (var subscription : local.subscriptions()) {
            if (name.equals(busOf(subscription.channel()))) {
                steps.add(() -> placeAgain(subscription, name, bus));
            }
        }
        roster.placements().stream()
                .filter(placement -> placement.removed() && placement.bus().equals(name))
                .forEach(placement -> steps.add(() -> discard(placement, bus)));
        gone.values().stream()
                .filter(c -> c.bus().equals(name))
                .forEach(c -> steps.add(() -> {
                    bus.removeChannel(c.id());
                    forgetIfUnused(c.id());
                }));
        boolean all = true;
        for (var step : steps) {
            boolean done = done(name, bus, step);
            all &= done;
            if (!done && bus.trouble().isPresent()) {
                break; // it does not answer: each of the others would wait for that
            }
        }
        return all;
    }

    private boolean done(String name, Bus bus, Runnable step) {
        try {
            step.run();
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

    private void placeAgain(SubscriptionSettings subscription, String name, Bus bus) {
        synchronized (standing) {
            if (local.subscriptions().stream().anyMatch(s -> s.uid().equals(subscription.uid()))) {
                place(subscription, name, bus);
            }
        }
    }

    private void discard(Placement placement, Bus bus) {
        bus.discard(placement);
        roster.forget(placement);
    }

    /** A deleted channel that nobody takes from any more, and whose bus knows. */
    private void forgetIfUnused(ChannelId channel) {
        synchronized (marks) {
            if (isUnused(channel) && gone.remove(channel) != null && !elsewhere.containsKey(channel)) {
                roster.forget(channel);
            }
        }
    }

    private boolean isUnused(ChannelId channel) {
        return local.subscriptions().stream().noneMatch(s -> s.channel().equals(channel));
    }

    private @Nullable String busOf(ChannelId channel) {
        var settings = elsewhere.get(channel);
        if (settings == null && !local.hasChannel(channel)) {
            settings = gone.get(channel);
        }
        return settings == null ? null : settings.bus();
    }

    private RoutedFeed routed(String uid) {
        return feeds.computeIfAbsent(uid, _ -> new RoutedFeed());
    }

    private void place(SubscriptionSettings subscription, String name, Bus bus) {
        var known = placements(subscription.uid())
                .filter(placement -> placement.bus().equals(name) && !placement.removed())
                .findFirst();
        var placement = known.orElseGet(() -> Placement.of(subscription, name));
        if (known.isEmpty()) {
            roster.place(placement); // before anything is made that a deletion would have to find
        }
        bus.putSubscription(subscription, placement.begun());
        if (!placement.begun()) {
            roster.place(placement.withBegun());
        }
        routed(subscription.uid()).moveTo(bus.feed(subscription.uid()));
    }

    private Stream<Placement> placements(String uid) {
        return roster.placements().stream().filter(placement -> placement.uid().equals(uid));
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
            synchronized (marks) {
                roster.remember(new Roster.Elsewhere(channel, false));
                elsewhere.put(channel.id(), channel);
                gone.remove(channel.id());
            }
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
        synchronized (marks) {
            if (bus == null || !isUnused(channel)) {
                roster.remember(new Roster.Elsewhere(known, true));
                gone.put(channel, known);
            } else {
                roster.forget(channel);
            }
            elsewhere.remove(channel);
        }
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
        place(settings, name, connected(name));
    }

    /** A bus that is away forgets it when it is back; one that does not answer is asked again by who deletes. */
    @Override
    public void removeSubscription(String uid) {
        synchronized (standing) {
            var settings = local.subscriptions().stream()
                    .filter(s -> s.uid().equals(uid))
                    .findFirst();
            settings.ifPresent(this::placedBefore);
            placements(uid).forEach(placement -> {
                var bus = attached.get(placement.bus());
                if (bus == null) {
                    roster.place(placement.withRemoved());
                } else {
                    discard(placement, bus);
                }
            });
            local.removeSubscription(uid);
            feeds.remove(uid);
            settings.ifPresent(s -> removeIfGone(s.channel()));
        }
    }

    /** An earlier version did not write down what is where. */
    private void placedBefore(SubscriptionSettings settings) {
        var name = busOf(settings.channel());
        if (name != null
                && placements(settings.uid())
                        .noneMatch(placement -> placement.bus().equals(name))) {
            roster.place(Placement.of(settings, name));
        }
    }

    private void removeIfGone(ChannelId channel) {
        var settings = gone.get(channel);
        var bus = settings == null ? null : attached.get(settings.bus());
        if (bus != null) {
            bus.removeChannel(channel);
            forgetIfUnused(channel);
        }
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
