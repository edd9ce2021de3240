package dev.sluice.buses.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.metrics.DeliveryMetrics;
import dev.sluice.model.delivery.DeliveryPolicy;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class HandOverDeskTest {
    private static final SubscriptionSettings SETTINGS = new SubscriptionSettings(
            "one",
            "default",
            "one",
            new ChannelId("default", "c"),
            URI.create("http://localhost/"),
            null,
            DeliveryPolicy.DEFAULT);
    private static final DispatchLimits LIMITS =
            new DispatchLimits(64, 64, 500, 100, 256 << 10, Duration.ofMillis(200));

    private final Nowhere handOver = new Nowhere();
    private final Map<String, String> batchOf = new ConcurrentHashMap<>();
    private final HandOverDesk desk = new HandOverDesk(
            handOver,
            LIMITS,
            () -> SETTINGS,
            new DeliveryMetrics(new SimpleMeterRegistry(), Clock.systemUTC()).of("default", "one", () -> 0),
            () -> Rewinds.NEVER);

    private final class Given implements Bus.Delivery {
        private final String stamp;
        private final EventMessage event;

        Given(String stamp, Map<String, String> headers, String id) {
            this.stamp = stamp;
            this.event = new EventMessage(headers, new byte[0], "t", "/s", id);
        }

        @Override
        public String stamp() {
            return stamp;
        }

        @Override
        public EventMessage event() {
            return event;
        }

        @Override
        public void handedOver(String batch) {
            batchOf.put(stamp, batch);
        }

        @Override
        public CompletableFuture<Void> acknowledge() {
            return CompletableFuture.completedFuture(null);
        }
    }

    private void passOn(List<Given> deliveries) throws InterruptedException {
        for (var delivery : deliveries) {
            desk.take(delivery, List.of());
        }
        var passer = Thread.ofVirtual().start(desk::run);
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> handOver.events().size() == deliveries.size());
        } finally {
            passer.interrupt();
        }
        assertThat(handOver.events())
                .extracting(event -> event.parcel().stamp())
                .containsExactlyElementsOf(deliveries.stream().map(Given::stamp).toList());
    }

    /** What cannot be found cannot be replayed by the id its producer knows. */
    @Test
    void closesABatchBeforeItHasMoreIdsThanCanBeSearchedFor() throws Exception {
        var deliveries = new ArrayList<Given>();
        for (int i = 0; i < 100; i++) {
            deliveries.add(new Given("s" + i, Map.of(), UUID.randomUUID().toString()));
        }

        passOn(deliveries);

        assertThat(handOver.batches).allSatisfy(batch -> {
            var ids = batch.stream().map(event -> event.parcel().id()).toList();
            assertThat(Searchable.fitting(ids.stream())).isEqualTo(ids);
        });
    }

    @Test
    void countsHeadersToo() throws Exception {
        var deliveries = new ArrayList<Given>();
        for (int i = 0; i < 10; i++) {
            deliveries.add(new Given("s" + i, Map.of("ce-note", "n".repeat(60_000)), "" + i));
        }

        passOn(deliveries);

        assertThat(handOver.batches)
                .allSatisfy(batch -> assertThat(batch.size()).isLessThanOrEqualTo(4));
    }

    /** The bodies of big events are kept for the workflow that has them. */
    @Test
    void handsOverInHalvesWhatIsRefusedAsAWholeAndSaysOfEachWhichBatchItIsIn() throws Exception {
        handOver.largest = 2;

        passOn(List.of(
                new Given("a", Map.of(), "1"),
                new Given("b", Map.of(), "2"),
                new Given("c", Map.of(), "3"),
                new Given("d", Map.of(), "4"),
                new Given("e", Map.of(), "5")));

        for (var batch : handOver.batches) {
            assertThat(batch.size()).isLessThanOrEqualTo(2);
            var first = batch.getFirst().parcel().stamp();
            assertThat(batch)
                    .allSatisfy(event ->
                            assertThat(batchOf).containsEntry(event.parcel().stamp(), first));
        }
    }
}
