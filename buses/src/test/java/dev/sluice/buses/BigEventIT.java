package dev.sluice.buses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.buses.bus.Terms;
import dev.sluice.workflows.delivery.Phase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Events that neither a bus nor a workflow history carries: 4 MiB, from the sender to wherever they end. */
class BigEventIT {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String DATA = "x".repeat(4 << 20);

    @RegisterExtension
    static final RealTemporal TEMPORAL = new RealTemporal();

    @TempDir
    Path state;

    private static void send(EventsRig rig, String id) {
        var headers = Map.of(
                "ce-specversion", "1.0",
                "ce-id", id,
                "ce-type", "dev.sluice.test",
                "ce-source", "/tests",
                "ce-partitionkey", "k",
                "content-type", "text/plain");
        assertThat(rig.sender().post(EventsRig.HOST, headers, DATA).status()).isEqualTo(202);
    }

    private static void assertWhole(Subscriber subscriber, int times) {
        assertThat(subscriber.received()).hasSize(times).allSatisfy(event -> {
            assertThat(event.body().equals(DATA)).isTrue();
            assertThat(event.headers()).doesNotContainKey("sluice-claim").containsEntry("content-type", "text/plain");
        });
    }

    private static void awaitNothingKept(EventsRig rig) {
        await().atMost(LONG).until(() -> rig.gauge("sluice_events_big_bytes") == 0);
    }

    @Test
    void arrivesWholeAtEveryAttemptAndNoHistoryHoldsIt() {
        try (var subscriber = new Subscriber()
                        .answering(r ->
                                Subscriber.Answer.of(r.header("sluice-attempt").equals("3") ? 200 : 503));
                var rig = new EventsRig(state, TEMPORAL.target())) {
            rig.subscribe("flaky", subscriber.url(), EventsRig.quick(10));
            send(rig, "big-1");

            await().atMost(LONG).until(() -> subscriber.taken().size() == 1);
            assertWhole(subscriber, 3);
            assertThat(rig.completedHistory(rig.awaitEvent("big-1", Phase.DELIVERED)))
                    .hasSizeLessThan(100_000);
            awaitNothingKept(rig);
        }
    }

    @Test
    void isKeptWhileItIsParkedOverARestartAndThenReplayedOrDropped() {
        try (var subscriber = new Subscriber().answering(400)) {
            try (var rig = new EventsRig(state, TEMPORAL.target())) {
                rig.subscribe("picky", subscriber.url(), EventsRig.quick(10));
                send(rig, "big-2");
                send(rig, "big-3");
                rig.awaitEvent("big-2", Phase.PARKED);
                rig.awaitEvent("big-3", Phase.PARKED);
            }
            try (var rig = new EventsRig(state, TEMPORAL.target())) {
                assertThat(rig.gauge("sluice_events_big_bytes")).isEqualTo(2.0 * DATA.length());
                var deliveries = rig.events().deliveries();
                var dropped = stamp(rig, "big-3");
                assertThat(deliveries.drop(rig.awaitEvent("big-3", Phase.PARKED), List.of(dropped)))
                        .isEqualTo(1);
                await().atMost(LONG).until(() -> rig.gauge("sluice_events_big_bytes") == DATA.length());
                subscriber.answering(200);
                deliveries.replay(rig.awaitEvent("big-2", Phase.PARKED), List.of());

                await().atMost(LONG).until(() -> subscriber.taken().size() == 1);
                assertWhole(subscriber, 3);
                awaitNothingKept(rig);
            }
        }
    }

    private static String stamp(EventsRig rig, String id) {
        return rig.events().deliveries().show(rig.awaitEvent(id, Phase.PARKED)).events().stream()
                .filter(event -> event.id().equals(id))
                .findFirst()
                .orElseThrow()
                .stamp();
    }

    @Test
    void theDeadLetterSinkGetsItWholeAndASubscriptionThatIsDeletedNeedsItNoMore() {
        try (var subscriber = new Subscriber().answering(400);
                var sink = new Subscriber();
                var other = new Subscriber().answering(503);
                var rig = new EventsRig(state, TEMPORAL.target())) {
            rig.subscribe(
                    "letters", subscriber.url(), EventsRig.quick(10), Terms.of("Trigger", null, sink.url(), null));
            rig.subscribe("deleted", other.url(), EventsRig.quick(1_000));
            send(rig, "big-4");

            await().atMost(LONG).until(() -> sink.taken().size() == 1);
            assertWhole(sink, 1);
            assertThat(sink.received().getFirst().header("ce-knativeerrorcode")).isEqualTo("400");
            rig.awaitEvent("big-4", Phase.WAITING);
            assertThat(rig.gauge("sluice_events_big_bytes")).isEqualTo(DATA.length());
            rig.events().unregister("deleted");
            awaitNothingKept(rig);
        }
    }

    @Test
    void anOrderedSubscriptionGetsItInItsTurn() {
        try (var subscriber = new Subscriber()
                        .answering(r -> Subscriber.Answer.of(
                                r.header("ce-id").equals("big-5")
                                                && r.header("sluice-attempt").equals("1")
                                        ? 503
                                        : 200));
                var rig = new EventsRig(state, TEMPORAL.target())) {
            rig.subscribe("orderly", subscriber.url(), EventsRig.quick(10), Terms.NONE.withOrder(true));
            send(rig, "big-5");
            send(rig, "big-6");

            await().atMost(LONG).until(() -> subscriber.taken().size() == 2);
            assertWhole(subscriber, 3);
            assertThat(subscriber.taken()).extracting(r -> r.header("ce-id")).containsExactly("big-5", "big-6");
            awaitNothingKept(rig);
        }
    }
}
