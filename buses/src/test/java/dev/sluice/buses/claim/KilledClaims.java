package dev.sluice.buses.claim;

import dev.sluice.buses.bus.Bus.Published;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.stub.StubBus;
import dev.sluice.model.delivery.DeliveryPolicy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A process that publishes big events without end and prints the id of each once it was accepted; told a number, it ends like one that is
 * killed when the body of that event is on disk and its bus does not have it yet.
 */
final class KilledClaims {
    static final ChannelId CHANNEL = new ChannelId("default", "aloha");
    static final ClaimLimits LIMITS = new ClaimLimits(1_000, 1L << 30, 0);

    static ClaimStore store(Path folder) {
        return ClaimStore.open(folder.resolve("big"), LIMITS, Clock.systemUTC());
    }

    static StubBus bus(Path folder) {
        return StubBus.open(folder.resolve("bus"), StubBus.Limits.DEFAULT);
    }

    static byte[] body(String id) {
        return (id + " ").repeat(5_000).getBytes(StandardCharsets.UTF_8);
    }

    public static void main(String[] args) throws Exception {
        var folder = Path.of(args[0]);
        long last = Long.parseLong(args[2]);
        var bus = bus(folder);
        bus.addChannel(CHANNEL);
        bus.putSubscription(new SubscriptionSettings(
                "one", "default", "one", CHANNEL, URI.create("http://one/"), null, DeliveryPolicy.DEFAULT));
        var store = store(folder);
        var checks = new ClaimChecks(bus, store);
        var next = new AtomicLong();
        for (int i = 0; i < (last > 0 ? 1 : 4); i++) {
            Thread.ofPlatform().start(() -> {
                try {
                    while (true) {
                        var id = args[1] + "-" + next.incrementAndGet();
                        var event = new EventMessage(
                                Map.of("ce-specversion", "1.0", "ce-id", id, "ce-type", "t", "ce-source", "/s"),
                                body(id),
                                "t",
                                "/s",
                                id);
                        if (id.equals(args[1] + "-" + last)) {
                            var _ = store.store(CHANNEL, event, List.of("one")).orElseThrow();
                            Runtime.getRuntime().halt(137);
                        }
                        if (checks.publish(CHANNEL, List.of(event)) instanceof Published.Accepted) {
                            System.out.println(id + ";");
                        }
                    }
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    private KilledClaims() {}
}
