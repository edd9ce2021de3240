package dev.sluice.buses.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.bus.Terms;
import dev.sluice.buses.metrics.DeliveryMetrics;
import dev.sluice.buses.recent.RecentEvents;
import dev.sluice.buses.recent.Step;
import dev.sluice.buses.send.Courier;
import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.model.delivery.Verdict;
import dev.sluice.workflows.delivery.Tried;
import dev.sluice.workflows.delivery.Undelivered;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DispatcherTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final DispatchLimits LIMITS = new DispatchLimits(2, 2, 500, 100, 256 << 10, Duration.ofMillis(1));

    @TempDir
    Path folder;

    private final EmptyBus bus = new EmptyBus();
    private final Nowhere handOver = new Nowhere();
    /** What this process does for an attempt fails, in a way that nobody thought of. */
    private volatile boolean broken;

    private volatile boolean outOfMemory;

    private final Courier courier = new Courier((_, _) -> {
        if (broken) {
            throw new IllegalStateException("broken");
        }
        if (outOfMemory) {
            throw new OutOfMemoryError("broken");
        }
        return Optional.empty();
    });
    private final RecentEvents recent = new RecentEvents(100, Clock.fixed(NOON, ZoneOffset.UTC));
    private Dispatcher dispatcher;

    @BeforeEach
    void start() {
        dispatcher = new Dispatcher(
                bus,
                courier,
                handOver,
                LIMITS,
                Clock.fixed(NOON, ZoneOffset.UTC),
                new DeliveryMetrics(new SimpleMeterRegistry(), Clock.systemUTC()),
                recent,
                folder);
        dispatcher.put(settings(Terms.NONE));
    }

    private static SubscriptionSettings settings(Terms terms) {
        return new SubscriptionSettings(
                "one",
                "default",
                "one",
                new ChannelId("default", "c"),
                URI.create("http://localhost/"),
                null,
                DeliveryPolicy.DEFAULT,
                terms);
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
    void whatABusRefusesToForgetDoesNotKeepAnythingFromStarting() {
        bus.away = true;
        dispatcher.forget(settings(Terms.NONE));
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

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anErrorOfThisProcessIsAFailedAttemptAndTakesNoRoomForGood(boolean ofMemory) {
        broken = !ofMemory;
        outOfMemory = ofMemory;
        for (int i = 0; i < 20; i++) {
            bus.given.add(new Given("s" + i, "id " + i, () -> {}));
        }

        await().atMost(Duration.ofSeconds(30)).until(() -> handOver.events().size() == 20);

        assertThat(handOver.events())
                .flatExtracting(Undelivered::tried)
                .isNotEmpty()
                .extracting(Tried::verdict)
                .containsOnly(Verdict.RETRY);
        assertThat(dispatcher.stats().get("one"))
                .extracting(DispatchStats::breakerOpen)
                .isEqualTo(true);
    }

    @Test
    void whatCannotBeAcknowledgedTakesNoRoomForGood() {
        broken = true;
        dispatcher.put(settings(Terms.NONE.withDeduplication(Duration.ofHours(1))));
        var acknowledged = new AtomicInteger();
        for (int i = 0; i < 20; i++) {
            bus.given.add(new Given("s" + i, "the same", () -> {
                acknowledged.incrementAndGet();
                throw new IllegalStateException("broken");
            }));
        }

        await().atMost(Duration.ofSeconds(30)).until(() -> acknowledged.get() >= 19);
    }

    /** It is not delivered, not acknowledged, and in nobody's way. */
    @Test
    void anEventThatNobodyCanReadDoesNotEndItsSubscription() {
        broken = true;
        bus.given.add(new Unreadable());
        bus.given.add(new Given("s1", "id 1", () -> {}));

        await().atMost(Duration.ofSeconds(30)).until(() -> handOver.events().size() == 1);
        assertThat(handOver.events().getFirst().parcel().id()).isEqualTo("id 1");
    }

    @Test
    void aBusThatFailsOnceDoesNotEndASubscription() {
        broken = true;
        bus.failing.set(1);
        for (int i = 0; i < 3; i++) {
            bus.given.add(new Given("s" + i, "id " + i, () -> {}));
        }

        await().atMost(Duration.ofSeconds(30)).until(() -> handOver.events().size() == 3);
    }

    @Test
    void everyStepOfAnEventCanBeAskedForAWhile() {
        dispatcher.put(settings(Terms.NONE.withDeduplication(Duration.ofHours(1))));
        bus.given.add(new Given("s2", "tried", () -> {}));
        bus.given.add(new Given("s3", "tried", () -> {}));

        await().atMost(Duration.ofSeconds(30))
                .until(() -> recent.of("default", "tried").size() == 2);
        assertThat(recent.of("default", "tried"))
                .extracting(Step::what)
                .containsExactlyInAnyOrder(Step.What.FAILED, Step.What.DUPLICATE);
        assertThat(recent.of("default", "tried").getLast().detail()).contains("http://localhost/");
        assertThat(recent.of("elsewhere", "tried")).isEmpty();
    }

    private record Unreadable() implements Bus.Delivery {
        @Override
        public String stamp() {
            return "unreadable";
        }

        @Override
        public EventMessage event() {
            throw new StackOverflowError("deep");
        }

        @Override
        public CompletableFuture<Void> acknowledge() {
            throw new AssertionError("it is not settled");
        }
    }

    private record Given(String stamp, String id, Runnable acknowledged) implements Bus.Delivery {
        @Override
        public EventMessage event() {
            return new EventMessage(Map.of(), new byte[0], "t", "/s", id);
        }

        @Override
        public CompletableFuture<Void> acknowledge() {
            acknowledged.run();
            return CompletableFuture.completedFuture(null);
        }
    }

    private Instant remembered() {
        return new Rewinds(folder).last("one");
    }
}
