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

/** Events with the same key reach an ordered subscription one after the other, also when one of them fails. */
class OrderedDeliveryIT {
    private static final Duration LONG = Duration.ofSeconds(60);

    @RegisterExtension
    static final RealTemporal TEMPORAL = new RealTemporal();

    @TempDir
    Path state;

    private static void send(EventsRig rig, String key, String id) {
        var headers = Map.of(
                "ce-specversion", "1.0",
                "ce-id", id,
                "ce-type", "dev.sluice.test",
                "ce-source", "/tests",
                "ce-partitionkey", key,
                "content-type", "text/plain");
        assertThat(rig.sender().post(EventsRig.HOST, headers, id).status()).isEqualTo(202);
    }

    private static EventsRig subscribe(EventsRig rig, Subscriber subscriber) {
        return rig.subscribe("orderly", subscriber.url(), EventsRig.quick(1_000), Terms.NONE.withOrder(true));
    }

    private static List<String> taken(Subscriber subscriber, String key) {
        return subscriber.taken().stream()
                .filter(r -> r.header("ce-partitionkey").equals(key))
                .map(r -> r.header("ce-id") + " at attempt " + r.header("sluice-attempt"))
                .toList();
    }

    private static long attempts(Subscriber subscriber, String id) {
        return subscriber.received().stream()
                .filter(r -> r.header("ce-id").equals(id))
                .count();
    }

    @Test
    void whatFollowsAFailingEventOfItsKeyWaitsAndOtherKeysDoNot() {
        try (var subscriber = new Subscriber()
                        .answering(r -> Subscriber.Answer.of(r.header("ce-id").equals("a-1") ? 503 : 200));
                var rig = subscribe(new EventsRig(state, TEMPORAL.target()), subscriber)) {
            for (var id : List.of("a-1", "a-2", "a-3")) {
                send(rig, "a", id);
            }
            send(rig, "b", "b-1");
            send(rig, "b", "b-2");

            await().atMost(LONG).until(() -> attempts(subscriber, "a-1") >= 3);
            assertThat(taken(subscriber, "b")).containsExactly("b-1 at attempt 1", "b-2 at attempt 1");
            assertThat(taken(subscriber, "a")).isEmpty();
            subscriber.answering(200);

            await().atMost(LONG).until(() -> taken(subscriber, "a").size() == 3);
            assertThat(taken(subscriber, "a"))
                    .containsExactly(
                            "a-1 at attempt " + attempts(subscriber, "a-1"), "a-2 at attempt 1", "a-3 at attempt 1");
        }
    }

    @Test
    void oneAttemptAtATimeIsEnough() {
        try (var subscriber = new Subscriber();
                var rig = new EventsRig(state, TEMPORAL.target())
                        .subscribe(
                                "orderly",
                                subscriber.url(),
                                EventsRig.quick(1_000),
                                Terms.NONE.withOrder(true).withLimits(1, 0))) {
            send(rig, "e", "e-1");
            await().atMost(LONG).until(() -> taken(subscriber, "e").size() == 1);
            send(rig, "e", "e-2");
            await().atMost(LONG).until(() -> taken(subscriber, "e").size() == 2);
        }
    }

    @Test
    void anEventThatIsGivenUpOnLetsTheNextOnePass() {
        try (var subscriber = new Subscriber()
                        .answering(r -> Subscriber.Answer.of(r.header("ce-id").equals("c-1") ? 400 : 200));
                var rig = subscribe(new EventsRig(state, TEMPORAL.target()), subscriber)) {
            send(rig, "c", "c-1");
            send(rig, "c", "c-2");

            await().atMost(LONG).until(() -> taken(subscriber, "c").size() == 1);
            rig.awaitEvent("c-1", Phase.PARKED);
            assertThat(attempts(subscriber, "c-1")).isEqualTo(1);
        }
    }

    @Test
    void aKeyGoesOnWhenSomebodyTerminatesTheWorkflowOfItsEvent() {
        try (var subscriber = new Subscriber()
                        .answering(r -> Subscriber.Answer.of(r.header("ce-id").equals("t-1") ? 503 : 200));
                var rig = subscribe(new EventsRig(state, TEMPORAL.target()), subscriber)) {
            send(rig, "t", "t-1");
            send(rig, "t", "t-2");

            rig.terminate(rig.awaitEvent("t-1", Phase.WAITING));

            await().atMost(LONG).until(() -> taken(subscriber, "t").equals(List.of("t-2 at attempt 1")));
        }
    }

    /** Of each key one of the two subscribers takes the first event soon: which of them began to wait last must not matter. */
    @Test
    void anEventThatAnotherSubscriptionHasTakenLetsNothingPassHere() {
        var keys = List.of("f", "g", "h", "i", "j", "k", "l", "m");
        try (var one = new Subscriber().answering(r -> failing(r, keys));
                var other = new Subscriber().answering(r -> failing(r, keys));
                var rig = subscribe(new EventsRig(state, TEMPORAL.target()), one)
                        .subscribe("other", other.url(), EventsRig.quick(1_000), Terms.NONE.withOrder(true))) {
            keys.forEach(key -> send(rig, key, key + "-1"));
            keys.forEach(key -> send(rig, key, key + "-2"));
            for (var subscriber : List.of(one, other)) {
                await().atMost(LONG).until(() -> keys.stream().allMatch(key -> attempts(subscriber, key + "-1") >= 2));
            }
            var first = keys.subList(0, 4);
            var second = keys.subList(4, 8);

            one.answering(r -> failing(r, second));
            other.answering(r -> failing(r, first));

            await().atMost(LONG)
                    .until(() -> first.stream().allMatch(key -> taken(one, key).size() == 2)
                            && second.stream().allMatch(key -> taken(other, key).size() == 2));
            assertThat(second)
                    .allSatisfy(key -> assertThat(attempts(one, key + "-2")).isZero());
            assertThat(first)
                    .allSatisfy(key -> assertThat(attempts(other, key + "-2")).isZero());
        }
    }

    private static Subscriber.Answer failing(Subscriber.Received event, List<String> keys) {
        var id = event.header("ce-id");
        return Subscriber.Answer.of(id.endsWith("-1") && keys.contains(event.header("ce-partitionkey")) ? 503 : 200);
    }

    @Test
    void aRestartKeepsTheOrderAndTheCountOfAttempts() {
        try (var subscriber = new Subscriber()
                .answering(r -> Subscriber.Answer.of(r.header("ce-id").equals("d-1") ? 503 : 200))) {
            try (var rig = subscribe(new EventsRig(state, TEMPORAL.target()), subscriber)) {
                send(rig, "d", "d-1");
                send(rig, "d", "d-2");
                await().atMost(LONG).until(() -> attempts(subscriber, "d-1") >= 2);
            }
            try (var rig = subscribe(new EventsRig(state, TEMPORAL.target()), subscriber)) {
                long before = attempts(subscriber, "d-1");
                await().atMost(LONG).until(() -> attempts(subscriber, "d-1") > before);
                assertThat(taken(subscriber, "d")).isEmpty();
                subscriber.answering(200);

                await().atMost(LONG).until(() -> taken(subscriber, "d").size() == 2);
                assertThat(taken(subscriber, "d"))
                        .containsExactly("d-1 at attempt " + attempts(subscriber, "d-1"), "d-2 at attempt 1");
                await().atMost(LONG).until(() -> rig.stats("orderly").delivered() == 1);
            }
        }
    }
}
