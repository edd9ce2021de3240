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

/** A producer that sends an event again, because it did not hear the answer, makes no second one. */
class DeduplicatedDeliveryIT {
    private static final Duration LONG = Duration.ofSeconds(60);

    @RegisterExtension
    static final RealTemporal TEMPORAL = new RealTemporal();

    @TempDir
    Path state;

    private static void send(EventsRig rig, String source, String id) {
        var headers = Map.of(
                "ce-specversion", "1.0",
                "ce-id", id,
                "ce-type", "dev.sluice.test",
                "ce-source", source,
                "content-type", "text/plain");
        assertThat(rig.sender().post(EventsRig.HOST, headers, id).status()).isEqualTo(202);
    }

    private EventsRig rig(Subscriber subscriber) {
        return new EventsRig(state, TEMPORAL.target())
                .subscribe(
                        "once",
                        subscriber.url(),
                        EventsRig.quick(1_000),
                        Terms.NONE.withDeduplication(Duration.ofMinutes(10)));
    }

    private static List<String> taken(Subscriber subscriber) {
        return subscriber.taken().stream()
                .map(r -> r.header("ce-source") + " " + r.header("ce-id"))
                .toList();
    }

    private static double duplicates(EventsRig rig) {
        return rig.counted("sluice.delivery.duplicates", "subscription", "once");
    }

    @Test
    void anEventThatIsSentAgainIsDeliveredOnceAlsoAfterARestart() {
        try (var subscriber = new Subscriber()) {
            try (var rig = rig(subscriber)) {
                send(rig, "/a", "1");
                send(rig, "/a", "1");
                send(rig, "/b", "1");
                await().atMost(LONG).until(() -> taken(subscriber).size() == 2 && duplicates(rig) == 1);
            }
            try (var rig = rig(subscriber)) {
                send(rig, "/a", "1");
                send(rig, "/a", "2");
                await().atMost(LONG).until(() -> taken(subscriber).contains("/a 2") && duplicates(rig) == 1);
            }
            assertThat(taken(subscriber)).containsExactlyInAnyOrder("/a 1", "/b 1", "/a 2");
        }
    }

    @Test
    void theFirstOfTwoIsRetriedUntilItArrivesAndTheSecondIsNot() {
        try (var subscriber = new Subscriber().answering(503);
                var rig = rig(subscriber)) {
            send(rig, "/a", "3");
            rig.awaitEvent("3", Phase.WAITING);
            send(rig, "/a", "3");
            await().atMost(LONG).until(() -> duplicates(rig) == 1);
            subscriber.answering(200);

            rig.awaitEvent("3", Phase.DELIVERED);
            assertThat(taken(subscriber)).containsExactly("/a 3");
        }
    }
}
