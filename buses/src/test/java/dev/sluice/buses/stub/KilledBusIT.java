package dev.sluice.buses.stub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The journal and kill -9. */
@Timeout(120)
class KilledBusIT {
    @TempDir
    Path directory;

    @Test
    void hasEveryAcceptedEventAfterItsProcessWasKilledWhilePublishing() throws Exception {
        var accepted = new HashSet<String>();
        for (var round : List.of("a", "b", "c")) {
            accepted.addAll(publishUntilKilled(round, 2_000));
        }
        var there = new HashSet<String>();
        try (var bus = StubBus.open(directory, StubBus.Limits.DEFAULT)) {
            for (int left = bus.pending("one"); left > 0; left--) {
                there.add(bus.feed("one").take().event().id());
            }
        }
        assertThat(accepted).hasSizeGreaterThanOrEqualTo(6_000);
        assertThat(there).containsAll(accepted);
    }

    private Set<String> publishUntilKilled(String round, int atLeast) throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var producer = new ProcessBuilder(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "--enable-native-access=ALL-UNNAMED",
                        KilledProducer.class.getName(),
                        directory.toString(),
                        round)
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
