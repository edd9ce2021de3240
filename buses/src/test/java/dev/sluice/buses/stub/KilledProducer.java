package dev.sluice.buses.stub;

import dev.sluice.buses.bus.Bus.Published;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.model.delivery.DeliveryPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A process that publishes without end and prints the id of each event once it was accepted; a test kills it. */
final class KilledProducer {
    static final ChannelId CHANNEL = new ChannelId("default", "aloha");

    public static void main(String[] args) throws Exception {
        var bus = StubBus.open(Path.of(args[0]), StubBus.Limits.DEFAULT);
        bus.addChannel(CHANNEL);
        bus.putSubscription(new SubscriptionSettings(
                "one", "default", "one", CHANNEL, URI.create("http://one/"), null, DeliveryPolicy.DEFAULT));
        var next = new AtomicLong();
        for (int i = 0; i < 8; i++) {
            Thread.ofPlatform().start(() -> {
                try {
                    while (true) {
                        var id = args[1] + "-" + next.incrementAndGet();
                        var event = new EventMessage(Map.of("ce-id", id), new byte[100], "type", "/source", id);
                        if (bus.publish(CHANNEL, List.of(event)) instanceof Published.Accepted) {
                            System.out.println(id + ";");
                        }
                    }
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    private KilledProducer() {}
}
