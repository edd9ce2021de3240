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
import java.util.function.Consumer;
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

    private static final Duration QUIET = Duration.ofSeconds(10);

    private final Bus local;
    private final Moves moves;
    private final ChannelsElsewhere elsewhere;
    private final Placements placements;
    private final Map<String, Bus> attached = new ConcurrentHashMap<>();
    private final Map<String, RoutedFeed> feeds = new ConcurrentHashMap<>();
    /** Subscriptions that are being deleted: nothing of them is made any more. */
    private final Set<String> leaving = ConcurrentHashMap.newKeySet();
    // by name of the bus
    private final Map<String, Asking> asking = new ConcurrentHashMap<>();
    private final Map<String, Settling> settling = new ConcurrentHashMap<>();

    /** Closes the local bus with itself. */
    public <B extends Bus & Roster> BusRouter(B local) {
        this(local, new Moves(QUIET, System::nanoTime));
    }

    <B extends Bus & Roster> BusRouter(B local, Moves moves) {
        this.moves = moves;
        this.local = local;
        this.elsewhere = new ChannelsElsewhere(local);
        this.placements = new Placements(local);
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

    /** One thing that fails does not keep the bus from the others. Time passes until it is a step's turn, so each looks again. */
    private Settling.Round settled(String name) {
        var bus = attached.get(name);
        if (bus == null) {
            return Settling.Round.DONE;
        }
        var steps = new ArrayList<Runnable>();
        elsewhere.all(name).forEach(c -> steps.add(() -> addAgain(c, bus)));
        for (var subscription : local.subscriptions()) {
            if (name.equals(busOf(subscription.channel()))) {
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
        known(uid)
                .filter(s -> isWanted(uid) && name.equals(busOf(s.channel())))
                .ifPresent(subscription -> place(subscription, name, bus));
    }

    private Optional<SubscriptionSettings> known(String uid) {
        return local.subscriptions().stream().filter(s -> s.uid().equals(uid)).findFirst();
    }

    private void discard(Placement placement, Bus bus) {
        if (placements.has(placement)) {
            bus.discard(placement);
            placements.forget(placement);
        }
    }

    private void removeGone(ChannelSettings channel, Bus bus) {
        if (elsewhere.isGone(channel)) {
            bus.removeChannel(channel.id());
            elsewhere.forget(channel, () -> isUnused(channel));
        }
    }

    /** Its bus has nothing of a deleted subscription either. */
    private boolean isUnused(ChannelSettings channel) {
        return local.subscriptions().stream().noneMatch(s -> s.channel().equals(channel.id()))
                && placements.none(channel);
    }

    private @Nullable String busOf(ChannelId channel) {
        return elsewhere
                .get(channel)
                .or(() -> local.hasChannel(channel) ? Optional.empty() : elsewhere.gone(channel))
                .map(ChannelSettings::bus)
                .orElse(null);
    }

    private RoutedFeed routed(String uid) {
        return feeds.computeIfAbsent(uid, _ -> new RoutedFeed());
    }

    /** What is left there of one with the same uid goes first. */
    private void place(SubscriptionSettings subscription, String name, Bus bus) {
        var uid = subscription.uid();
        placements.left(name).filter(left -> left.uid().equals(uid)).toList().forEach(left -> discard(left, bus));
        var placement = placements.begin(subscription, name, () -> isWanted(uid));
        bus.putSubscription(subscription, placement.begun());
        placements.begun(placement);
        routed(uid).moveTo(bus.feed(uid));
    }

    private boolean isWanted(String uid) {
        return !leaving.contains(uid) && known(uid).isPresent();
    }

    @Override
    public void addChannel(ChannelSettings channel) {
        var id = channel.id();
        leaveOthers(channel);
        if (channel.bus().equals(ChannelSettings.LOCAL)) {
            local.addChannel(channel);
            subscriptionsOf(id).forEach(s -> routed(s.uid()).moveTo(local.feed(s.uid())));
        } else {
            elsewhere.add(channel); // before its bus is waited for
            var bus = connected(channel.bus());
            alone(channel.bus(), bus, () -> bus.addChannel(channel));
            if (moves.isUnderWay(id)) { // or its subscriptions would miss what comes until they are asked for again
                subscriptionsOf(id)
                        .forEach(s -> alone(channel.bus(), bus, () -> placeAgain(s.uid(), channel.bus(), bus)));
            }
        }
        moves.end(id);
    }

    private List<SubscriptionSettings> subscriptionsOf(ChannelId channel) {
        return local.subscriptions().stream()
                .filter(s -> s.channel().equals(channel))
                .toList();
    }

    /** A channel that another bus carries, or has events of, takes none until those are delivered; nothing of it stays there then. */
    private void leaveOthers(ChannelSettings wanted) {
        var id = wanted.id();
        boolean comesHere = wanted.bus().equals(ChannelSettings.LOCAL);
        var before = elsewhere
                .get(id)
                .or(() -> elsewhere.gone(id))
                .filter(old -> !old.bus().equals(wanted.bus()));
        int left = comesHere
                ? 0
                : subscriptionsOf(id).stream()
                        .mapToInt(s -> local.pending(s.uid()))
                        .sum();
        boolean leavesHere = !comesHere && local.hasChannel(id);
        if (before.isEmpty() && !leavesHere && left == 0) {
            return;
        }
        moves.begin(id);
        if (leavesHere) {
            local.removeChannel(id);
        }
        elsewhere.get(id).filter(now -> !now.bus().equals(wanted.bus())).ifPresent(this::removeElsewhere);
        if (left > 0) {
            throw Moves.notYet(ChannelSettings.local(id), left);
        }
        elsewhere.gone(id).filter(old -> !old.bus().equals(wanted.bus())).ifPresent(this::leaveDrained);
    }

    private void leaveDrained(ChannelSettings old) {
        var waiting = placements.of(old).filter(p -> p.begun() && !p.removed()).toList();
        if (waiting.isEmpty() && !isAttached(old.bus())) {
            LOG.atWarn()
                    .addKeyValue("channel", old.id())
                    .addKeyValue("bus", old.bus())
                    .log("a channel moves from a bus that is not connected; what nobody waits for stays there");
            elsewhere.forget(old, () -> true);
            return;
        }
        var bus = connected(old.bus());
        alone(old.bus(), bus, () -> {
            if (!waiting.isEmpty()) {
                moves.requireDrained(
                        old, waiting.stream().mapToLong(p -> pending(p, bus)).sum());
            }
            for (var placement : placements.of(old).toList()) {
                routed(placement.uid()).moveTo(null);
                discard(placement, bus);
            }
            bus.removeChannel(old.id());
            elsewhere.forget(old, () -> placements.none(old));
        });
    }

    /** Of a subscription that the bus has not begun again since it was connected, nobody can say. */
    private static long pending(Placement placement, Bus bus) {
        if (bus.subscriptions().stream().noneMatch(s -> s.uid().equals(placement.uid()))) {
            throw new BusException("bus " + placement.bus() + " has not begun yet with subscription "
                    + placement.namespace() + "/" + placement.name() + ", which may have events there");
        }
        return bus.pending(placement.uid());
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
        moves.end(channel);
        elsewhere.get(channel).ifPresentOrElse(this::removeElsewhere, () -> local.removeChannel(channel));
    }

    private void removeElsewhere(ChannelSettings channel) {
        boolean told = told(channel.bus(), bus -> {
            bus.removeChannel(channel.id());
            elsewhere.removed(channel, () -> isUnused(channel));
        });
        if (!told) {
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
        return moves.isUnderWay(channel) || elsewhere.has(channel) || local.hasChannel(channel);
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
        var bus = connected(name);
        alone(name, bus, () -> place(settings, name, bus));
    }

    /** A bus that is away or does not answer forgets it when that is over. */
    @Override
    public void removeSubscription(String uid) {
        leaving.add(uid);
        try {
            var settings = known(uid);
            settings.ifPresent(s -> {
                var name = busOf(s.channel());
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
        elsewhere.gone(id).ifPresent(channel -> {
            if (!told(channel.bus(), bus -> removeGone(channel, bus))) {
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
        if (moves.isUnderWay(channel)) {
            return new Published.Unavailable("channel " + channel + " moves to another bus");
        }
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
