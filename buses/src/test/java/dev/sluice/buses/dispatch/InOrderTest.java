package dev.sluice.buses.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.metrics.DeliveryMetrics;
import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.model.delivery.Verdict;
import dev.sluice.workflows.delivery.Tried;
import dev.sluice.workflows.delivery.Undelivered;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InOrderTest {
    private static final Instant REWOUND = Instant.parse("2026-01-01T12:00:00Z");
    private static final SubscriptionSettings SETTINGS = new SubscriptionSettings(
            "one",
            "default",
            "one",
            new ChannelId("default", "c"),
            URI.create("http://localhost/"),
            null,
            DeliveryPolicy.DEFAULT);

    private final LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();

    /** One that its bus says was never given before, which a rewind makes untrue. */
    private record Given(String stamp, Instant at, LinkedBlockingQueue<String> told) implements Bus.Delivery {
        @Override
        public EventMessage event() {
            return new EventMessage(Map.of(), new byte[0], "t", "/s", stamp);
        }

        @Override
        public boolean mayBeRepeated() {
            return false;
        }

        @Override
        public Optional<Instant> taken() {
            return Optional.of(at);
        }

        @Override
        public CompletableFuture<Void> acknowledge() {
            told.add("acknowledged " + stamp);
            return CompletableFuture.completedFuture(null);
        }
    }

    /** Workflows have every event. */
    private static final class Everything implements HandOver {
        @Override
        public void handOver(SubscriptionSettings subscription, List<Undelivered> events, Instant rewound) {}

        @Override
        public boolean isOpen(SubscriptionSettings subscription, String first) {
            return false;
        }

        @Override
        public boolean has(SubscriptionSettings subscription, String stamp, Instant since) {
            return true;
        }

        @Override
        public void awaitSettled(SubscriptionSettings subscription, String stamp) {}

        @Override
        public void settled(String uid, List<String> stamps) {}

        @Override
        public void subscriberIsBack(SubscriptionSettings subscription) {}
    }

    @Test
    void looksAmongTheWorkflowsForAllThatCameBeforeARewind() throws Exception {
        var meters = new DeliveryMetrics(new SimpleMeterRegistry(), Clock.systemUTC()).of("default", "one", () -> 0);
        var desk = new HandOverDesk(new Everything(), DispatchLimits.DEFAULT, () -> SETTINGS, meters, () -> REWOUND);
        InOrder.FirstAttempt attempt = delivery -> {
            told.add("attempted " + delivery.stamp());
            return Optional.empty();
        };
        try (var inOrder = new InOrder(
                new Everything(),
                desk,
                attempt,
                () -> SETTINGS,
                DispatchLimits.DEFAULT,
                () -> REWOUND,
                Clock.systemUTC())) {
            inOrder.take("k", new Given("old", REWOUND.minusSeconds(1), told));
            assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("acknowledged old");
            inOrder.take("k", new Given("new", REWOUND.plusSeconds(1), told));
            assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("attempted new");
        }
    }

    @Test
    void anErrorOfThisProcessIsAFailedAttemptAndTheKeyGoesOn() throws Exception {
        var meters = new DeliveryMetrics(new SimpleMeterRegistry(), Clock.systemUTC()).of("default", "one", () -> 0);
        var handOver = new Nowhere();
        var desk = new HandOverDesk(handOver, DispatchLimits.DEFAULT, () -> SETTINGS, meters, () -> Rewinds.NEVER);
        InOrder.FirstAttempt attempt = delivery -> {
            switch (delivery.stamp()) {
                case "broken" -> throw new IllegalStateException("broken");
                case "too big" -> throw new OutOfMemoryError("broken");
                default -> {}
            }
            return Optional.empty();
        };
        try (var inOrder = new InOrder(
                handOver,
                desk,
                attempt,
                () -> SETTINGS,
                DispatchLimits.DEFAULT,
                () -> Rewinds.NEVER,
                Clock.systemUTC())) {
            inOrder.take("k", new Given("broken", REWOUND, told));
            inOrder.take("k", new Given("too big", REWOUND, told));
            inOrder.take("k", new Given("next", REWOUND, told));
            assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("acknowledged broken");
            assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("acknowledged too big");
            assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("acknowledged next");
        }
        assertThat(handOver.events())
                .hasSize(2)
                .allSatisfy(event ->
                        assertThat(event.tried()).extracting(Tried::verdict).containsExactly(Verdict.RETRY));
    }
}
