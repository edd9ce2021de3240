package dev.sluice.buses.bus;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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

    private final Bus local;
    private final ChannelsElsewhere elsewhere;
    private final Placements placements;
    private final Whereabouts whereabouts;
    private final Drained drained;
    private final Map<String, Bus> attached = new ConcurrentHashMap<>();
    private final Map<String, RoutedFeed> feeds = new ConcurrentHashMap<>();
    private final Gates gates = new Gates();
    /** Held while a channel changes its bus, and while a feed is moved to the bus that its channel has. */
    private final Object routes = new Object();
    /** Subscriptions that are being deleted: nothing of them is made any more. */
    private final Set<String> leaving = ConcurrentHashMap.newKeySet();
    // by name of the bus
    private final Map<String, Asking> asking = new ConcurrentHashMap<>();
    private final Map<String, Settling> settling = new ConcurrentHashMap<>();

    /** Closes the local bus with itself. */
    public <B extends Bus & Roster> BusRouter(B local) {
        this(local, Drained.Patience.USUAL);
    }

    <B extends Bus & Roster> BusRouter(B local, Drained.Patience patience) {
        this.local = local;
        this.elsewhere = new ChannelsElsewhere(local);
        this.placements = new Placements(local);
        this.whereabouts = new Whereabouts(local, elsewhere, placements);
        this.drained = new Drained(local, whereabouts, placements, this::connected, patience);
        finishMoves();
    }

    /** A kill can come between the move of a channel and the word of it to the bus that it has left. */
    private void finishMoves() {
        placements
                .taking()
                .filter(p -> hasChannel(p.channel()) && !p.bus().equals(carrier(p.channel())))
                .toList()
                .forEach(p -> placements.remove(p.uid(), p.bus()));
    }

    /** Makes the bus the one that channels mean by this name; one that had the name is closed. */
    public synchronized void attach(String name, Bus bus) {
        detach(name);
        attached.put(name, bus);
        settleSoon(name);
    }

    private void settleSoon(String name) {
        settling.computeIfAbsent(name, _ -> new Settling(name, () -> settled(name)))
                .soon();
    }

    /** Closes it; its channels are unavailable until it is attached again. */
    public synchronized void detach(String name) {
        var bus = attached.remove(name);
        if (bus != null) {
            synchronized (routes) {
                local.subscriptions().stream()
                        .filter(s -> name.equals(whereabouts.busOf(s.channel())) && local.pending(s.uid()) == 0)
                        .forEach(s -> routed(s.uid()).moveTo(null));
            }
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

    /** One thing that fails does not keep the bus from the others. Time passes until it is a step's turn, so each looks again. */
    private Settling.Round settled(String name) {
        var bus = attached.get(name);
        if (bus == null) {
            return Settling.Round.DONE;
        }
        var steps = new ArrayList<Runnable>();
        elsewhere.all(name).forEach(c -> steps.add(() -> addAgain(c, bus)));
        for (var subscription : local.subscriptions()) {
            if (name.equals(whereabouts.busOf(subscription.channel()))) {
                steps.add(() -> placeAgain(subscription.uid(), name, bus));
            }
        }
        placements.left(name).forEach(placement -> steps.add(() -> discard(placement, bus)));
        elsewhere.gone(name).forEach(c -> steps.add(() -> removeGone(c, bus)));
        var round = Settling.Round.DONE;
        for (var step : steps) {
            if (!bus.equals(attached.get(name))) {
                return Settling.Round.DONE; // who attached another one has asked for a round
            }
            if (!done(name, bus, () -> alone(name, bus, step))) {
                if (bus.trouble().isPresent()) {
                    return Settling.Round.AWAY; // each of the others would wait for that
                }
                round = Settling.Round.REFUSED;
            }
        }
        return round;
    }

    private void alone(String name, Bus bus, Runnable what) {
        asking.computeIfAbsent(name, _ -> new Asking()).alone(bus, what);
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

    private void addAgain(ChannelSettings channel, Bus bus) {
        if (elsewhere.isKnown(channel)) {
            bus.addChannel(channel);
        }
    }

    private void placeAgain(String uid, String name, Bus bus) {
        whereabouts
                .known(uid)
                .filter(s -> isWanted(uid) && name.equals(whereabouts.busOf(s.channel())))
                .ifPresent(subscription -> {
                    Whereabouts.refuseWhilePending(subscription, ChannelSettings.LOCAL, local);
                    place(subscription, name, bus);
                });
    }

    private void discard(Placement placement, Bus bus) {
        if (placements.has(placement)) {
            bus.discard(placement);
            placements.forget(placement);
        }
    }

    private void removeGone(ChannelSettings channel, Bus bus) {
        if (elsewhere.isGone(channel)) {
            if (!hasWhatTakesFrom(channel, bus)) {
                throw new BusException(
                        "channel " + channel.id() + " is deleted when its subscriptions are there again");
            }
            bus.removeChannel(channel.id());
            elsewhere.forget(channel, () -> whereabouts.isUnused(channel));
        }
    }

    /** Else the bus would take the channel for unused, and delete it with the events that they have not taken yet. */
    private boolean hasWhatTakesFrom(ChannelSettings channel, Bus bus) {
        var there = bus.subscriptions().stream().map(SubscriptionSettings::uid).collect(Collectors.toSet());
        return whereabouts.takingFrom(channel).allMatch(s -> there.contains(s.uid()) || leaving.contains(s.uid()));
    }

    private RoutedFeed routed(String uid) {
        return feeds.computeIfAbsent(uid, _ -> new RoutedFeed());
    }

    private void place(SubscriptionSettings subscription, String name, Bus bus) {
        put(subscription, name, bus);
        synchronized (routes) {
            if (!name.equals(whereabouts.busOf(subscription.channel()))) {
                placements.remove(subscription.uid(), name);
                settleSoon(name);
                throw new BusException("channel " + subscription.channel() + " has left bus " + name + " meanwhile");
            }
            routed(subscription.uid()).moveTo(bus.feed(subscription.uid()));
        }
    }

    /** What is left there of one with the same uid goes first. */
    private void put(SubscriptionSettings subscription, String name, Bus bus) {
        var uid = subscription.uid();
        placements.left(name).filter(left -> left.uid().equals(uid)).toList().forEach(left -> discard(left, bus));
        var placement = placements.begin(subscription, name, () -> isWanted(uid));
        bus.putSubscription(subscription, placement.begun());
        placements.begun(placement);
    }

    private boolean isWanted(String uid) {
        return !leaving.contains(uid) && whereabouts.known(uid).isPresent();
    }

    @Override
    public void addChannel(ChannelSettings channel) {
        var id = channel.id();
        var from = carrier(id);
        // nowhere and without subscriptions it has nothing to lose
        if (!from.equals(channel.bus()) && (hasChannel(id) || whereabouts.isLeft(id))) {
            move(channel, from);
            return;
        }
        if (channel.bus().equals(ChannelSettings.LOCAL)) {
            local.addChannel(channel);
            return;
        }
        elsewhere.add(channel); // before its bus is waited for
        if (local.hasChannel(id)) { // a move was not finished
            local.removeChannel(id);
        }
        var bus = connected(channel.bus());
        alone(channel.bus(), bus, () -> bus.addChannel(channel));
    }

    /**
     * Only when its subscriptions have taken all that the old bus has for them, and the new one has them: what was accepted is given, and
     * what is accepted next too.
     *
     * @throws BusException when it has to stay where it is for the time being
     */
    private void move(ChannelSettings channel, String from) {
        var id = channel.id();
        drained.requireFew(id, from);
        if (!channel.bus().equals(ChannelSettings.LOCAL)) {
            var bus = connected(channel.bus());
            alone(channel.bus(), bus, () -> {
                bus.addChannel(channel);
                whereabouts.takingFrom(id).forEach(s -> put(s, channel.bus(), bus));
            });
        }
        gates.closed(id, () -> {
            drained.await(id, from);
            synchronized (routes) {
                change(channel);
            }
        });
        if (!from.equals(ChannelSettings.LOCAL)) {
            whereabouts.takingFrom(id).forEach(s -> {
                placements.placedBefore(s, from);
                placements.remove(s.uid(), from);
            });
            settleSoon(from);
        }
        settleSoon(channel.bus());
    }

    private void change(ChannelSettings channel) {
        var id = channel.id();
        var to = bus(channel.bus());
        var there = to.subscriptions().stream().map(SubscriptionSettings::uid).collect(Collectors.toSet());
        if (!whereabouts.takingFrom(id).allMatch(s -> there.contains(s.uid()))) {
            throw new BusException("channel " + id + " stays where it is: a subscription of it came meanwhile");
        }
        boolean comesHere = channel.bus().equals(ChannelSettings.LOCAL);
        if (!comesHere && !to.hasChannel(id)) { // what was left there of an earlier stay has been cleared away just now
            throw new BusException("channel " + id + " stays where it is: bus " + channel.bus() + " has lost it again");
        }
        if (comesHere) {
            local.addChannel(channel);
            elsewhere.get(id).ifPresent(elsewhere::leave);
        } else {
            elsewhere.add(channel);
            if (local.hasChannel(id)) {
                local.removeChannel(id);
            }
        }
        whereabouts.takingFrom(id).forEach(s -> routed(s.uid()).moveTo(to.feed(s.uid())));
    }

    private Bus bus(String name) {
        return name.equals(ChannelSettings.LOCAL) ? local : connected(name);
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
        elsewhere.get(channel).ifPresentOrElse(this::removeElsewhere, () -> local.removeChannel(channel));
    }

    private void removeElsewhere(ChannelSettings channel) {
        var isGone = new AtomicBoolean();
        boolean told = told(channel.bus(), bus -> {
            if (hasWhatTakesFrom(channel, bus)) {
                bus.removeChannel(channel.id());
                elsewhere.removed(channel, () -> whereabouts.isUnused(channel));
                isGone.set(true);
            }
        });
        if (!told || !isGone.get()) {
            elsewhere.leave(channel);
            settleSoon(channel.bus());
        }
    }

    /** False when the bus is away or does not answer: it is to be done when that is over. */
    private boolean told(String name, Consumer<Bus> what) {
        var bus = attached.get(name);
        if (bus == null || bus.trouble().isPresent()) {
            return false;
        }
        try {
            alone(name, bus, () -> what.accept(bus));
            return true;
        } catch (BusException e) {
            if (bus.trouble().isEmpty() && bus.equals(attached.get(name))) {
                throw e;
            }
            return false;
        }
    }

    @Override
    public Set<ChannelId> channels() {
        var all = new HashSet<>(local.channels());
        all.addAll(elsewhere.ids());
        return all;
    }

    @Override
    public boolean hasChannel(ChannelId channel) {
        return elsewhere.has(channel) || local.hasChannel(channel);
    }

    /** The bus that carries the channel; the local one when nobody said. */
    public String carrier(ChannelId channel) {
        return whereabouts.carrier(channel);
    }

    @Override
    public void putSubscription(SubscriptionSettings settings) {
        local.putSubscription(settings); // remembers it, wherever its events come from
        var name = whereabouts.busOf(settings.channel());
        if (name == null) {
            synchronized (routes) {
                if (whereabouts.busOf(settings.channel()) != null) {
                    throw new BusException("channel " + settings.channel() + " moves to another bus");
                }
                routed(settings.uid()).moveTo(local.feed(settings.uid()));
            }
            return;
        }
        Whereabouts.refuseWhilePending(settings, ChannelSettings.LOCAL, local);
        var bus = connected(name);
        alone(name, bus, () -> place(settings, name, bus));
    }

    /** A bus that is away or does not answer forgets it when that is over. */
    @Override
    public void removeSubscription(String uid) {
        leaving.add(uid);
        try {
            var settings = whereabouts.known(uid);
            settings.ifPresent(s -> {
                var name = whereabouts.busOf(s.channel());
                if (name != null) {
                    placements.placedBefore(s, name);
                }
            });
            placements.of(uid).map(Placement::bus).distinct().toList().forEach(name -> leave(uid, name));
            local.removeSubscription(uid);
            feeds.remove(uid);
            settings.ifPresent(s -> removeIfGone(s.channel()));
        } finally {
            leaving.remove(uid);
        }
    }

    private void leave(String uid, String name) {
        if (!told(name, bus -> placements.of(uid, name).toList().forEach(placement -> discard(placement, bus)))) {
            placements.remove(uid, name);
            settleSoon(name);
        }
    }

    private void removeIfGone(ChannelId id) {
        elsewhere.gone(id).toList().forEach(channel -> {
            boolean told = told(channel.bus(), bus -> {
                if (hasWhatTakesFrom(channel, bus)) {
                    removeGone(channel, bus);
                }
            });
            if (!told || elsewhere.isGone(channel)) {
                settleSoon(channel.bus());
            }
        });
    }

    @Override
    public List<SubscriptionSettings> subscriptions() {
        return local.subscriptions();
    }

    @Override
    public Published publish(ChannelId channel, List<EventMessage> events) throws InterruptedException {
        if (!gates.enter(channel)) {
            return new Published.Unavailable("channel " + channel + " moves to another bus");
        }
        try {
            return publishNow(channel, events);
        } finally {
            gates.leave(channel);
        }
    }

    private Published publishNow(ChannelId channel, List<EventMessage> events) throws InterruptedException {
        var settings = elsewhere.get(channel);
        if (settings.isEmpty()) {
            return local.publish(channel, events);
        }
        var name = settings.get().bus();
        var bus = attached.get(name);
        if (bus == null) {
            return new Published.Unavailable("bus " + name + " is not connected");
        }
        var published = bus.publish(channel, events);
        return published instanceof Published.UnknownChannel
                ? new Published.Unavailable("bus " + name + " does not have channel " + channel + " yet")
                : published;
    }

    @Override
    public Feed feed(String uid) {
        var feed = routed(uid);
        synchronized (routes) {
            whereabouts
                    .known(uid)
                    .filter(s -> whereabouts.busOf(s.channel()) == null || local.pending(uid) > 0)
                    .ifPresent(s -> feed.moveTo(local.feed(uid)));
        }
        return feed;
    }

    @Override
    public int pending(String uid) {
        var bus =
                whereabouts.known(uid).map(s -> whereabouts.busOf(s.channel())).map(attached::get);
        boolean isThere = bus.isPresent()
                && bus.get().subscriptions().stream().anyMatch(s -> s.uid().equals(uid));
        return local.pending(uid) + (isThere ? bus.get().pending(uid) : 0);
    }

    @Override
    public Optional<String> replay(String uid, Instant since) {
        var elsewhere = local.subscriptions().stream()
                .filter(s -> s.uid().equals(uid))
                .findFirst()
                .map(s -> whereabouts.busOf(s.channel()));
        return elsewhere.isPresent() ? connected(elsewhere.get()).replay(uid, since) : local.replay(uid, since);
    }

    @Override
    public Duration keeps(ChannelId channel) {
        var name = whereabouts.busOf(channel);
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
