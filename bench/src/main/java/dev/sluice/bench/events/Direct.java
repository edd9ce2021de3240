package dev.sluice.bench.events;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.model.delivery.DeliveryPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The limit: the same bus by the same client, 64 publishers and one taker in one process, without HTTP on either side. */
final class Direct {
    private static final int PUBLISHERS = 64;

    private Direct() {}

    /** Events a second, all taken and acknowledged. */
    static double perSecond(Bus bus, String busName, Duration length) throws InterruptedException {
        var channel = EventsUnderTest.CHANNEL;
        bus.addChannel(new ChannelSettings(channel, busName, Map.of()));
        bus.putSubscription(new SubscriptionSettings(
                "direct", "default", "direct", channel, URI.create("http://nobody/"), null, DeliveryPolicy.DEFAULT));
        var taken = new AtomicLong();
        var published = new AtomicLong();
        var feed = bus.feed("direct");
        var taker = Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    var _ = feed.take().acknowledge();
                    taken.incrementAndGet();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        long start = System.nanoTime();
        long end = start + length.toNanos();
        var publishers = new ArrayList<Thread>();
        for (int i = 0; i < PUBLISHERS; i++) {
            publishers.add(Thread.startVirtualThread(() -> {
                try {
                    while (System.nanoTime() < end) {
                        if (bus.publish(channel, List.of(event())) instanceof Bus.Published.Accepted) {
                            published.incrementAndGet();
                        }
                    }
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        for (var publisher : publishers) {
            publisher.join();
        }
        while (taken.get() < published.get()) {
            Thread.sleep(1);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        taker.interrupt();
        bus.removeSubscription("direct");
        return taken.get() / seconds;
    }

    private static EventMessage event() {
        return new EventMessage(
                Map.of(
                        "ce-specversion", "1.0",
                        "ce-id", "1",
                        "ce-type", "dev.sluice.bench",
                        "ce-source", "/bench",
                        "content-type", "application/octet-stream"),
                new byte[Load.BODY],
                "dev.sluice.bench",
                "/bench",
                "1");
    }
}
