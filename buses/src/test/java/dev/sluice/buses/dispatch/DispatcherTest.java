package dev.sluice.buses.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.metrics.DeliveryMetrics;
import dev.sluice.buses.send.Courier;
import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.workflows.delivery.Undelivered;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DispatcherTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @TempDir
    Path folder;

    private final EmptyBus bus = new EmptyBus();
    private final Courier courier = new Courier((_, _) -> Optional.empty());
    private Dispatcher dispatcher;

    @BeforeEach
    void start() {
        dispatcher = new Dispatcher(
                bus,
                courier,
                new Nowhere(),
                DispatchLimits.DEFAULT,
                Clock.fixed(NOON, ZoneOffset.UTC),
                new DeliveryMetrics(new SimpleMeterRegistry(), Clock.systemUTC()),
                folder);
        dispatcher.put(new SubscriptionSettings(
                "one",
                "default",
                "one",
                new ChannelId("default", "c"),
                URI.create("http://localhost/"),
                null,
                DeliveryPolicy.DEFAULT));
    }

    @AfterEach
    void stop() {
        dispatcher.close();
        courier.close();
    }

    @Test
    void aSubscriptionThatIsDeletedWhileItsBusIsAwayEndsAllTheSame() throws Exception {
        bus.away = true;
        assertThatThrownBy(() -> dispatcher.remove("one")).isInstanceOf(BusException.class);
        assertThat(bus.takerEnded.await(30, TimeUnit.SECONDS)).isTrue();
        bus.away = false;
        dispatcher.remove("one");
        assertThat(dispatcher.subscription("one")).isEmpty();
    }

    @Test
    void remembersARewindBeforeAnythingComesAndForgetsOneThatIsRefused() {
        bus.replay = () -> {
            assertThat(remembered()).isEqualTo(NOON);
            return Optional.of("no");
        };
        assertThat(dispatcher.replay("one", Instant.EPOCH)).contains("no");
        assertThat(remembered()).isEqualTo(Rewinds.NEVER);

        bus.replay = Optional::empty;
        assertThat(dispatcher.replay("one", Instant.EPOCH)).isEmpty();
        assertThat(remembered()).isEqualTo(NOON);
    }

    /** Before these had the names of what they become, each kill could leave one more. */
    @Test
    void clearsAwayWhatOlderVersionsHaveLeftOfTheirWrites() throws IOException {
        var rewinds = new Rewinds(folder);
        rewinds.remember("one", NOON);
        for (var name : List.of("seen1234.new", "rewound99.new", "deleted.seen.new", "deleted.rewound.new")) {
            Files.writeString(folder.resolve(name), "half");
        }

        dispatcher.start();

        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("one.rewound"));
        }
        assertThat(remembered()).isEqualTo(NOON);
    }

    @Test
    void stillKnowsItsSubscriptionsWhenItIsClosed() {
        dispatcher.close();
        assertThat(dispatcher.isClosed()).isTrue();
        assertThat(dispatcher.subscription("one")).isPresent();
    }

    private Instant remembered() {
        return new Rewinds(folder).last("one");
    }

    private static final class Nowhere implements HandOver {
        @Override
        public void handOver(SubscriptionSettings subscription, List<Undelivered> events, Instant rewound) {}

        @Override
        public boolean isOpen(SubscriptionSettings subscription, String first) {
            return false;
        }

        @Override
        public boolean has(SubscriptionSettings subscription, String stamp, Instant since) {
            return false;
        }

        @Override
        public void awaitSettled(SubscriptionSettings subscription, String stamp) {}

        @Override
        public void settled(String uid, List<String> stamps) {}

        @Override
        public void subscriberIsBack(SubscriptionSettings subscription) {}
    }

    private static final class EmptyBus implements Bus {
        final CountDownLatch takerEnded = new CountDownLatch(1);
        volatile boolean away;
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
                try {
                    new CountDownLatch(1).await();
                    throw new AssertionError("nothing opens it");
                } finally {
                    takerEnded.countDown();
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
}
