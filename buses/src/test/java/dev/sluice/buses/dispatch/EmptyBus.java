package dev.sluice.buses.dispatch;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Has no events but those that a test gives. */
public final class EmptyBus implements Bus {
    final LinkedBlockingQueue<Delivery> given = new LinkedBlockingQueue<>();
    final CountDownLatch takerEnded = new CountDownLatch(1);
    volatile boolean away;
    /** So many times taking an event fails, in a way that nobody thought of. */
    final AtomicInteger failing = new AtomicInteger();

    volatile Supplier<Optional<String>> replay = Optional::empty;

    @Override
    public void addChannel(ChannelSettings channel) {}

    @Override
    public void removeChannel(ChannelId channel) {}

    @Override
    public Set<ChannelId> channels() {
        return Set.of();
    }

    @Override
    public boolean hasChannel(ChannelId channel) {
        return true;
    }

    @Override
    public void putSubscription(SubscriptionSettings settings) {}

    @Override
    public void removeSubscription(String uid) {
        if (away) {
            throw new BusException("it is away");
        }
    }

    @Override
    public List<SubscriptionSettings> subscriptions() {
        return List.of();
    }

    @Override
    public Published publish(ChannelId channel, List<EventMessage> events) {
        return new Published.Accepted();
    }

    @Override
    public Feed feed(String uid) {
        return () -> {
            if (failing.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IllegalStateException("broken");
            }
            try {
                return given.take();
            } catch (InterruptedException e) {
                takerEnded.countDown();
                throw e;
            }
        };
    }

    @Override
    public int pending(String uid) {
        return 0;
    }

    @Override
    public Optional<String> replay(String uid, Instant since) {
        return replay.get();
    }

    @Override
    public void close() {}
}
