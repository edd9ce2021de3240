package dev.sluice.buses.claim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Big events and kill -9. */
@Timeout(180)
class KilledClaimsIT {
    @TempDir
    Path folder;

    @Test
    void everyAcceptedEventIsWholeAfterItsProcessWasKilledWhilePublishing() throws Exception {
        var accepted = new HashSet<String>();
        accepted.addAll(publishUntilKilled("a", 0, 100));
        accepted.addAll(publishUntilKilled("b", 0, 100));

        assertThat(accepted).hasSizeGreaterThanOrEqualTo(200);
        assertThat(delivered()).containsAll(accepted);
    }

    @Test
    void oneThatIsKilledBetweenTheDiskAndTheBusWasNotAcceptedAndLeavesNothingForEver() throws Exception {
        var accepted = publishUntilKilled("a", 20, Integer.MAX_VALUE);

        assertThat(accepted).hasSize(19);
        assertThat(delivered()).isEqualTo(accepted);
        var left = KilledClaims.store(folder).notes().values().stream()
                .filter(note -> note.phase().hasBody())
                .toList();
        assertThat(left).singleElement().satisfies(note -> {
            assertThat(note.id()).isEqualTo("a-20");
            assertThat(note.phase()).as("swept after an hour").isEqualTo(Note.Phase.STORED);
        });
    }

    /** Ids of what came whole; all of it is acknowledged. */
    private Set<String> delivered() throws Exception {
        var bodies = new HashMap<String, byte[]>();
        try (var bus = KilledClaims.bus(folder)) {
            var checks = new ClaimChecks(bus, KilledClaims.store(folder));
            var feed = checks.feed("one");
            for (int left = bus.pending("one"); left > 0; left--) {
                var delivery = feed.take();
                bodies.put(delivery.event().id(), delivery.event().body());
                delivery.acknowledge().orTimeout(60, TimeUnit.SECONDS).join();
            }
        }
        assertThat(bodies).allSatisfy((id, body) -> assertThat(body).isEqualTo(KilledClaims.body(id)));
        return bodies.keySet();
    }

    private Set<String> publishUntilKilled(String round, int last, int atLeast) throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var producer = new ProcessBuilder(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "--enable-native-access=ALL-UNNAMED",
                        KilledClaims.class.getName(),
                        folder.toString(),
                        round,
                        Integer.toString(last))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var accepted = new HashSet<String>();
        try (var out = new BufferedReader(new InputStreamReader(producer.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(round + "-") && line.endsWith(";")) { // the last line may be torn
                    accepted.add(line.substring(0, line.length() - 1));
                }
                if (accepted.size() == atLeast) {
                    producer.toHandle().destroyForcibly(); // what is in the pipe was said before, and is read on
                }
            }
        } finally {
            producer.destroyForcibly().waitFor();
        }
        return accepted;
    }
}
