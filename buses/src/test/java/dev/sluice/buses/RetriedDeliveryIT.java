package dev.sluice.buses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.buses.bus.Terms;
import dev.sluice.buses.delivery.Deliveries;
import dev.sluice.workflows.delivery.Phase;
import dev.sluice.workflows.delivery.Timeline;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Failed deliveries against a real Temporal server. */
class RetriedDeliveryIT {
    @RegisterExtension
    static final RealTemporal TEMPORAL = new RealTemporal();

    @TempDir
    Path state;

    /** As the numbers have it. */
    private static void awaitParked(EventsRig rig, String subscription, int events) {
        var subscriber = new Deliveries.Subscriber("default", subscription);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> rig.events().deliveries().parked().getOrDefault(subscriber, 0) == events);
    }

    @Test
    void arrivesAtTheThirdAttemptWhenTheSubscriberFailsTwice() {
        var calls = new AtomicInteger();
        try (var subscriber = new Subscriber()
                        .answering(_ -> Subscriber.Answer.of(calls.incrementAndGet() <= 2 ? 503 : 202));
                var rig = new EventsRig(state, TEMPORAL.target())) {
            rig.subscribe("flaky", subscriber.url(), EventsRig.quick(10));

            assertThat(rig.sender().event(EventsRig.HOST, "e-1").status()).isEqualTo(202);

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> subscriber.taken().size() == 1);
            assertThat(subscriber.received())
                    .extracting(r -> r.header("sluice-attempt"))
                    .containsExactly("1", "2", "3");
            assertThat(subscriber.received())
                    .extracting(r -> r.header("sluice-delivery-id"))
                    .doesNotContain("")
                    .hasSize(3)
                    .satisfies(ids -> assertThat(ids.stream().distinct()).hasSize(1));
            var event = onlyEvent(rig, "e-1", Phase.DELIVERED);
            assertThat(event.attempts()).isEqualTo(3);
            assertThat(event.tried())
                    .extracting(t -> t.number() + " " + t.status())
                    .containsExactly("1 503", "2 503", "3 202");
            assertThat(rig.counted("sluice.delivery.attempts", "subscription", "flaky", "outcome", "retry"))
                    .isEqualTo(2);
            assertThat(rig.counted("sluice.delivery.attempts", "turn", "retry", "outcome", "delivered"))
                    .isEqualTo(1);
            assertThat(rig.counted("sluice.delivery.handed.over", "namespace_name", "default", "subscription", "flaky"))
                    .isEqualTo(1);
            await().untilAsserted(() -> assertThat(rig.counted("sluice_delivery_events", "phase", "delivered"))
                    .isEqualTo(1));
        }
    }

    @Test
    void replaysAndDropsWhatMatches() {
        try (var subscriber = new Subscriber().answering(400);
                var rig = new EventsRig(state, TEMPORAL.target())) {
            rig.subscribe("picky", subscriber.url(), EventsRig.quick(10));
            rig.sender().event(EventsRig.HOST, "m-1");
            rig.sender().event(EventsRig.HOST, "m-2");
            rig.awaitEvent("m-1", Phase.PARKED);
            rig.awaitEvent("m-2", Phase.PARKED);
            var deliveries = rig.events().deliveries();

            for (var other : List.of(
                    new Deliveries.Matching("default", "nobody", "", ""),
                    new Deliveries.Matching("default", "picky", "another.type", ""),
                    new Deliveries.Matching("default", "picky", "", "/another"),
                    new Deliveries.Matching("elsewhere", "", "", ""))) {
                assertThat(deliveries.replay(other)).as(other.toString()).isZero();
            }
            subscriber.answering(200);
            assertThat(deliveries.replay(new Deliveries.Matching("default", "picky", "dev.sluice.test", "/tests")))
                    .isEqualTo(2);
            rig.awaitEvent("m-1", Phase.DELIVERED);
            rig.awaitEvent("m-2", Phase.DELIVERED);

            subscriber.answering(400);
            rig.sender().event(EventsRig.HOST, "m-3");
            rig.awaitEvent("m-3", Phase.PARKED);
            assertThat(deliveries.drop(new Deliveries.Matching("default", "picky", "", "")))
                    .isEqualTo(1);
            rig.awaitEvent("m-3", Phase.DROPPED);
        }
    }

    @Test
    void parksWhatIsRejectedAndDeliversItWhenReplayed() {
        try (var subscriber = new Subscriber().answering(400);
                var rig = new EventsRig(state, TEMPORAL.target())) {
            rig.subscribe("strict", subscriber.url(), EventsRig.quick(10));
            rig.sender().event(EventsRig.HOST, "e-2");

            assertThat(onlyEvent(rig, "e-2", Phase.PARKED).attempts()).isEqualTo(1);
            await().until(() ->
                    rig.counted("sluice_delivery_events", "subscription", "strict", "phase", "parked") == 1);
            subscriber.answering(200);
            var workflow =
                    rig.events().deliveries().find("default", "e-2").getFirst().workflowId();
            assertThat(rig.events().deliveries().replay(workflow, List.of())).isEqualTo(1);

            assertThat(onlyEvent(rig, "e-2", Phase.DELIVERED).attempts()).isEqualTo(2);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> !rig.events()
                            .deliveries()
                            .find("default", "e-2")
                            .getFirst()
                            .open());
        }
    }

    @Test
    void parksAfterTheLastRetryAndForgetsWhatIsDropped() {
        try (var subscriber = new Subscriber().answering(500);
                var rig = new EventsRig(state, TEMPORAL.target())) {
            rig.subscribe("down", subscriber.url(), EventsRig.quick(2));
            rig.sender().event(EventsRig.HOST, "e-3");

            var parked = onlyEvent(rig, "e-3", Phase.PARKED);
            awaitParked(rig, "down", 1);
            assertThat(parked.attempts()).isEqualTo(3);
            var workflow =
                    rig.events().deliveries().find("default", "e-3").getFirst().workflowId();
            assertThat(rig.events().deliveries().drop(workflow, List.of(parked.stamp())))
                    .isEqualTo(1);
            assertThat(onlyEvent(rig, "e-3", Phase.DROPPED).attempts()).isEqualTo(3);
            awaitParked(rig, "down", 0);
        }
    }

    @Test
    void whatWaitsIsNotOrphanedByAProcessThatEndsWithItsWorkersLast() {
        try (var subscriber = new Subscriber().answering(503)) {
            String workflow;
            try (var rig = new EventsRig(state, TEMPORAL.target())) {
                rig.subscribe("stopping", subscriber.url(), EventsRig.quick(1_000));
                rig.sender().event(EventsRig.HOST, "s-1");
                workflow = rig.awaitEvent("s-1", Phase.WAITING);
                await().atMost(Duration.ofSeconds(30)).until(() -> rig.rounds(workflow) >= 1);

                rig.closeEvents();

                long before = rig.rounds(workflow);
                await().atMost(Duration.ofSeconds(30)).until(() -> rig.rounds(workflow) >= before + 3);
                // one may have been under way; the others did not count
                assertThat(rig.events().deliveries().show(workflow).events())
                        .allSatisfy(event -> assertThat(event.attempts())
                                .isLessThanOrEqualTo(subscriber.received().size() + 1));
            }
            subscriber.answering(200);
            try (var rig = new EventsRig(state, TEMPORAL.target())) {
                assertThat(rig.awaitEvent("s-1", Phase.DELIVERED)).isEqualTo(workflow);
            }
        }
    }

    @Test
    void survivesTheKillOfTemporalBetweenAttempts() throws Exception {
        try (var subscriber = new Subscriber().answering(503);
                var rig = new EventsRig(state, TEMPORAL.target())) {
            rig.subscribe("patient", subscriber.url(), EventsRig.quick(1_000));
            rig.sender().event(EventsRig.HOST, "e-4");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> subscriber.received().size() >= 2);

            long before = TEMPORAL.server().pid();
            ProcessHandle.of(before).orElseThrow().destroyForcibly();
            await().atMost(Duration.ofSeconds(30)).until(() -> TEMPORAL.server().pid() != before);
            rig.sender().event(EventsRig.HOST, "e-5"); // fails inline while Temporal may still be away
            assertThat(TEMPORAL.server().awaitServing(Duration.ofSeconds(60))).isTrue();
            subscriber.answering(200);

            await().atMost(Duration.ofSeconds(60)).until(() -> ids(subscriber).containsAll(List.of("e-4", "e-5")));
            var event = onlyEvent(rig, "e-4", Phase.DELIVERED);
            assertThat(event.attempts()).isEqualTo((int) subscriber.received().stream()
                    .filter(r -> r.header("ce-id").equals("e-4"))
                    .count());
        }
    }

    @Test
    void losesNothingOfAThousandEventsWhileTheSubscriberIsDown() {
        int port;
        try (var reserved = new Subscriber()) {
            port = reserved.port();
        }
        try (var rig = new EventsRig(state, TEMPORAL.target())) {
            rig.subscribe("gone", URI.create("http://127.0.0.1:" + port + "/"), EventsRig.quick(1_000));
            var sent = new ArrayList<String>();
            for (int i = 0; i < 1_000; i++) {
                var id = UUID.randomUUID().toString();
                assertThat(rig.sender().event(EventsRig.HOST, id).status()).isEqualTo(202);
                sent.add(id);
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> rig.stats("gone").handedOver() == 1_000);
            assertThat(rig.stats("gone").withheld()).isGreaterThan(900);

            try (var subscriber = new Subscriber(port)) {
                await().atMost(Duration.ofSeconds(90))
                        .untilAsserted(() -> assertThat(ids(subscriber)).containsAll(sent));
                assertThat(subscriber.taken()).hasSize(1_000);
            }
        }
    }

    @Test
    void givesTheDeadLetterSinkWhatTheSubscriberDidNotTakeAndTriesThatAgainToo() {
        var calls = new AtomicInteger();
        try (var subscriber = new Subscriber().answering(_ -> new Subscriber.Answer(503, Map.of(), "oops"));
                var sink = new Subscriber()
                        .answering(_ -> Subscriber.Answer.of(calls.incrementAndGet() <= 2 ? 500 : 202));
                var rig = new EventsRig(state, TEMPORAL.target())) {
            rig.subscribe("lettered", subscriber.url(), EventsRig.quick(2), Terms.NONE.withDeadLetterSink(sink.url()));
            rig.sender().event(EventsRig.HOST, "d-1");

            var event = onlyEvent(rig, "d-1", Phase.DEAD_LETTERED);
            assertThat(subscriber.received()).hasSize(3);
            assertThat(sink.received()).hasSize(3);
            assertThat(event.attempts()).isEqualTo(6);
            assertThat(sink.taken().iterator().next().headers())
                    .containsEntry("ce-id", "d-1")
                    .containsEntry("ce-knativeerrordest", subscriber.url().toString())
                    .containsEntry("ce-knativeerrorcode", "503")
                    .containsEntry("ce-knativeerrordata", "b29wcw==");
        }
    }

    @Test
    void parksWhatTheDeadLetterSinkRefuses() {
        try (var subscriber = new Subscriber().answering(400);
                var sink = new Subscriber().answering(400);
                var rig = new EventsRig(state, TEMPORAL.target())) {
            rig.subscribe("refused", subscriber.url(), EventsRig.quick(5), Terms.NONE.withDeadLetterSink(sink.url()));
            rig.sender().event(EventsRig.HOST, "d-2");

            assertThat(onlyEvent(rig, "d-2", Phase.PARKED).attempts()).isEqualTo(2);
        }
    }

    @Test
    void attemptsNothingWhilePausedAndEverythingAfterwards() {
        try (var subscriber = new Subscriber().answering(503);
                var rig = new EventsRig(state, TEMPORAL.target())) {
            rig.subscribe("pausing", subscriber.url(), EventsRig.quick(1_000));
            rig.sender().event(EventsRig.HOST, "p-1");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> subscriber.received().size() >= 2);

            rig.subscribe("pausing", subscriber.url(), EventsRig.quick(1_000), Terms.NONE.withPaused(true));
            rig.sender().event(EventsRig.HOST, "p-2");
            // a round that had begun may end; the next one is postponed for minutes
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> onlyEvent(rig, "p-1", Phase.WAITING).nextAttemptMillis()
                            > System.currentTimeMillis() + 60_000);
            assertThat(ids(subscriber)).isEmpty();
            assertThat(subscriber.received()).noneMatch(r -> r.header("ce-id").equals("p-2"));

            subscriber.answering(200);
            rig.subscribe("pausing", subscriber.url(), EventsRig.quick(1_000), Terms.NONE);
            await().atMost(Duration.ofSeconds(30)).until(() -> ids(subscriber).containsAll(List.of("p-1", "p-2")));
        }
    }

    @Test
    void deliversWhatTheFiltersWantAndIsDoneWithTheRest() {
        try (var subscriber = new Subscriber();
                var rig = new EventsRig(state, TEMPORAL.target())) {
            rig.subscribe(
                    "choosy",
                    subscriber.url(),
                    EventsRig.quick(1),
                    Terms.NONE.withFilters("[{\"any\":[{\"suffix\":{\"id\":\"-even\"}},{\"cesql\":\"id = 'f-3'\"}]}]"));
            for (var id : List.of("f-1", "f-2-even", "f-3", "f-4-even")) {
                rig.sender().event(EventsRig.HOST, id);
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> subscriber.taken().size() == 3);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> rig.stats("choosy").filtered() == 1);
            assertThat(ids(subscriber)).containsExactlyInAnyOrder("f-2-even", "f-3", "f-4-even");
        }
    }

    private static List<String> ids(Subscriber subscriber) {
        return subscriber.taken().stream().map(r -> r.header("ce-id")).toList();
    }

    private static Timeline.Event onlyEvent(EventsRig rig, String id, Phase phase) {
        var found = new ArrayList<Timeline.Event>();
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
            var workflow =
                    rig.events().deliveries().find("default", id).getFirst().workflowId();
            var event = rig.events().deliveries().show(workflow).events().stream()
                    .filter(e -> e.id().equals(id))
                    .findFirst()
                    .orElseThrow();
            found.add(event);
            return event.phase() == phase;
        });
        return found.getLast();
    }
}
