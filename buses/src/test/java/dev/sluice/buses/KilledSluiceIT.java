package dev.sluice.buses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The events role is killed with kill -9, between attempts and in the middle of traffic, and loses nothing. */
@Timeout(240)
class KilledSluiceIT {
    @RegisterExtension
    static final RealTemporal TEMPORAL = new RealTemporal();

    @TempDir
    Path state;

    private record Sluice(Process process, Sender sender) {
        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }
    }

    private Sluice start(Subscriber subscriber) throws Exception {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledSluice.class.getName(),
                        state.toString(),
                        TEMPORAL.target(),
                        subscriber.url().toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (var line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("port ")) {
                Thread.startVirtualThread(() -> out.lines().forEach(_ -> {}));
                return new Sluice(process, new Sender(Integer.parseInt(line.substring(5))));
            }
        }
        throw new IllegalStateException("the child ended with " + process.waitFor());
    }

    @Test
    void goesOnWithTheRightAttemptAfterItWasKilledBetweenAttempts() throws Exception {
        try (var subscriber = new Subscriber().answering(503)) {
            var first = start(subscriber);
            assertThat(first.sender().event(EventsRig.HOST, "k-1").status()).isEqualTo(202);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> ofOne(subscriber.received()).size() >= 3);
            first.kill();
            subscriber.answering(200);

            var second = start(subscriber);
            try {
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> !ofOne(subscriber.taken()).isEmpty());
                var attempts = ofOne(subscriber.received()).stream()
                        .map(r -> Integer.parseInt(r.header("sluice-attempt")))
                        .toList();
                // an attempt that the kill left unknown has used up its number
                assertThat(attempts).isSorted().doesNotHaveDuplicates();
                assertThat(attempts.getLast()).isBetween(attempts.size(), attempts.size() + 1);
                assertThat(ofOne(subscriber.taken())).hasSize(1);
            } finally {
                second.kill();
            }
        }
    }

    /** Workflows that the other test has left open come here, too: they share Temporal and the subscription. */
    private static List<Subscriber.Received> ofOne(Collection<Subscriber.Received> received) {
        return received.stream().filter(r -> r.header("ce-id").equals("k-1")).toList();
    }

    @Test
    void deliversEveryAcknowledgedEventAlthoughItIsKilledAgainAndAgain() throws Exception {
        var random = new Random(Long.getLong("sluice.seed", 20_181_124L));
        try (var subscriber = new Subscriber()) {
            subscriber.answering(_ -> Subscriber.Answer.of(random.nextInt(4) == 0 ? 503 : 200));
            var acknowledged = new ArrayList<String>();
            for (int round = 0; round < 3; round++) {
                var sluice = start(subscriber);
                for (int i = 0; i < 100 + random.nextInt(100); i++) {
                    var id = round + "-" + i;
                    if (sluice.sender().event(EventsRig.HOST, id).status() == 202) {
                        acknowledged.add(id);
                    }
                }
                sluice.kill();
            }
            subscriber.answering(200);
            var last = start(subscriber);
            try {
                await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
                    var missing = new HashSet<>(acknowledged);
                    subscriber.taken().forEach(r -> missing.remove(r.header("ce-id")));
                    assertThat(missing).isEmpty();
                });
                assertThat(acknowledged).hasSizeGreaterThan(300);
                // twice at most for what was in flight at a kill: 64 inline, and a round of at most 100 in each
                // workflow
                int surplus = subscriber.taken().size() - acknowledged.size();
                assertThat(surplus).isBetween(0, 3 * (64 + 100));
            } finally {
                last.kill();
            }
        }
    }

    @Test
    void deliversEveryAcknowledgedBigEventWholeAlthoughItIsKilledAgainAndAgain() throws Exception {
        var random = new Random(Long.getLong("sluice.seed", 20_181_124L));
        try (var subscriber = new Subscriber()) {
            subscriber.answering(_ -> Subscriber.Answer.of(random.nextInt(2) == 0 ? 503 : 200));
            var acknowledged = new ArrayList<String>();
            for (int round = 0; round < 3; round++) {
                var sluice = start(subscriber);
                for (int i = 0; i < 10 + random.nextInt(10); i++) {
                    var id = "big-" + round + "-" + i;
                    if (sluice.sender().event(EventsRig.HOST, id, big(id)).status() == 202) {
                        acknowledged.add(id);
                    }
                }
                sluice.kill();
            }
            subscriber.answering(200);
            var last = start(subscriber);
            try {
                await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
                    var missing = new HashSet<>(acknowledged);
                    subscriber.taken().forEach(r -> missing.remove(r.header("ce-id")));
                    assertThat(missing).isEmpty();
                });
                assertThat(acknowledged).hasSizeGreaterThan(20);
                assertThat(subscriber.received())
                        .filteredOn(r -> r.header("ce-id").startsWith("big-"))
                        .allMatch(r -> r.body().equals(big(r.header("ce-id"))));
            } finally {
                last.kill();
            }
        }
    }

    private static String big(String id) {
        return (id + " ").repeat(50_000);
    }
}
