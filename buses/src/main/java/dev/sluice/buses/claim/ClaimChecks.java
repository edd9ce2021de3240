package dev.sluice.buses.claim;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A bus that carries claim checks in place of big events, and gives the events.
 *
 * <pre>
 *   publish -> body to disk -> claim check to the bus -> noted as published -> accepted
 *   take    -> claim check  -> the event, its body read when it is asked for
 *   done    -> noted (the last one deletes the body) -> acknowledged to the bus
 * </pre>
 */
public final class ClaimChecks implements Bus {
    private static final Duration COME_BACK = Duration.ofSeconds(5);

    private final Bus bus;
    private final ClaimStore store;

    /** Closes the bus with itself. */
    public ClaimChecks(Bus bus, ClaimStore store) {
        this.bus = bus;
        this.store = store;
    }

    @Override
    public Published publish(ChannelId channel, List<EventMessage> events) throws InterruptedException {
        if (events.stream().noneMatch(store::isBig)) {
            return bus.publish(channel, events);
        }
        if (!bus.hasChannel(channel)) {
            return new Published.UnknownChannel();
        }
        var claims = new ArrayList<String>();
        var travelling = new ArrayList<EventMessage>(events.size());
        Published published = new Published.Unavailable("a big event could not be kept");
        try {
            for (var event : events) {
                var kept = Optional.<String>empty();
                if (store.isBig(event)) {
                    kept = store.store(channel, event, subscriptions(channel));
                    if (kept.isEmpty()) {
                        published = new Published.Full("the store of big events", COME_BACK);
                        return published;
                    }
                    claims.add(kept.get());
                }
                travelling.add(kept.map(claim -> ClaimCheck.of(event, claim)).orElse(event));
            }
        } catch (UncheckedIOException e) {
            return new Published.Unavailable(String.valueOf(e.getMessage()));
        } finally {
            if (travelling.size() < events.size()) {
                claims.forEach(store::refused);
            }
        }
        return publish(channel, travelling, claims);
    }

    private Published publish(ChannelId channel, List<EventMessage> events, List<String> claims)
            throws InterruptedException {
        Published published = new Published.Unavailable("nothing is known of it");
        try {
            published = bus.publish(channel, events);
            if (published instanceof Published.Accepted) {
                // those that came meanwhile may have it as well
                var there = subscriptions(channel);
                var keep = bus.keeps(channel);
                claims.forEach(claim -> store.published(claim, there, keep));
            }
            return published;
        } catch (UncheckedIOException e) { // it may come all the same; nobody is told that it was accepted
            return new Published.Unavailable(String.valueOf(e.getMessage()));
        } finally {
            var known = published;
            claims.forEach(claim -> {
                if (isRefusedWhole(known, events.size())) {
                    store.refused(claim);
                } else {
                    store.decided(claim);
                }
            });
        }
    }

    /** Of several events some may have been taken. */
    private static boolean isRefusedWhole(Published published, int events) {
        return events == 1
                && switch (published) {
                    case Published.Full _, Published.UnknownChannel _, Published.Refused _ -> true;
                    case Published.Accepted _, Published.Unavailable _ -> false;
                };
    }

    private Set<String> subscriptions(ChannelId channel) {
        return bus.subscriptions().stream()
                .filter(subscription -> subscription.channel().equals(channel))
                .map(SubscriptionSettings::uid)
                .collect(Collectors.toSet());
    }

    @Override
    public Feed feed(String uid) {
        var feed = bus.feed(uid);
        return () -> {
            while (true) {
                var delivery = feed.take();
                var claim = ClaimCheck.claim(delivery.event());
                if (claim.isEmpty()) {
                    return delivery;
                }
                switch (store.take(delivery.event(), channelOf(uid), uid)) {
                    case ClaimStore.Found.Whole(var event) -> {
                        return new Claimed(delivery, event, claim.get(), uid);
                    }
                    case ClaimStore.Found.Missing() -> {
                        return delivery; // cannot be delivered, which a person will hear of
                    }
                    case ClaimStore.Found.Settled() -> {
                        var _ = delivery.acknowledge();
                    }
                }
            }
        };
    }

    /** Of another channel nothing is given: who writes into a bus may write claims. */
    private @Nullable ChannelId channelOf(String uid) {
        return bus.subscriptions().stream()
                .filter(subscription -> subscription.uid().equals(uid))
                .findFirst()
                .map(SubscriptionSettings::channel)
                .orElse(null);
    }

    private final class Claimed implements Delivery {
        private final Delivery delivery;
        private final EventMessage event;
        private final String claim;
        private final String uid;

        Claimed(Delivery delivery, EventMessage event, String claim, String uid) {
            this.delivery = delivery;
            this.event = event;
            this.claim = claim;
            this.uid = uid;
        }

        @Override
        public String stamp() {
            return delivery.stamp();
        }

        @Override
        public EventMessage event() {
            return event;
        }

        @Override
        public boolean mayBeRepeated() {
            return delivery.mayBeRepeated();
        }

        @Override
        public boolean isStale() {
            return delivery.isStale();
        }

        @Override
        public Optional<Instant> taken() {
            return delivery.taken();
        }

        @Override
        public void handedOver(String batch) {
            store.handedOver(claim, uid, batch);
        }

        @Override
        public CompletableFuture<Void> acknowledge() {
            store.acknowledged(claim, uid); // first: a kill in between costs a look at what was noted, not the payload
            return delivery.acknowledge();
        }
    }

    @Override
    public void removeSubscription(String uid) {
        bus.removeSubscription(uid);
        store.releaseAll(uid);
    }

    @Override
    public void addChannel(ChannelSettings channel) {
        bus.addChannel(channel);
    }

    @Override
    public void removeChannel(ChannelId channel) {
        bus.removeChannel(channel);
    }

    @Override
    public Set<ChannelId> channels() {
        return bus.channels();
    }

    @Override
    public boolean hasChannel(ChannelId channel) {
        return bus.hasChannel(channel);
    }

    @Override
    public void putSubscription(SubscriptionSettings settings) {
        bus.putSubscription(settings);
    }

    @Override
    public List<SubscriptionSettings> subscriptions() {
        return bus.subscriptions();
    }

    @Override
    public int pending(String uid) {
        return bus.pending(uid);
    }

    @Override
    public Optional<String> replay(String uid, Instant since) {
        return bus.replay(uid, since);
    }

    @Override
    public Duration keeps(ChannelId channel) {
        return bus.keeps(channel);
    }

    @Override
    public Optional<String> trouble() {
        return bus.trouble();
    }

    @Override
    public void close() {
        bus.close();
    }
}
