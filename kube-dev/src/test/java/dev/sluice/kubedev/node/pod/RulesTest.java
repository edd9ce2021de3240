package dev.sluice.kubedev.node.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {

    @ParameterizedTest
    @CsvSource({
        "$(A), one",
        "$$(A), $(A)",
        "x$(A)y$(B), xoneytwo",
        "$(NONE), $(NONE)",
        "$(A, $(A",
        "'$', '$'",
        "a$$b, a$b",
        "$$$(A), $one"
    })
    void variablesAreExpandedAsKubernetesDoes(String text, String expanded) {
        assertThat(Expansion.expand(text, Map.of("A", "one", "B", "two"))).isEqualTo(expanded);
    }

    @Test
    void theFirstRestartIsAtOnceAndTheNextWaitTwiceAsLong() {
        Backoff backoff = new Backoff();
        Instant now = Instant.EPOCH;
        assertThat(backoff.remaining(now, now)).isZero();
        for (int seconds : new int[] {10, 20, 40, 80, 160, 300, 300}) {
            backoff.tried(now);
            assertThat(backoff.remaining(now, now)).isEqualTo(Duration.ofSeconds(seconds));
            assertThat(backoff.remaining(now, now.plusSeconds(seconds))).isZero();
            now = now.plusSeconds(seconds);
        }
        assertThat(backoff.text()).isEqualTo("5m0s");
    }

    @Test
    void tenQuietMinutesAreForgiven() {
        Backoff backoff = new Backoff();
        backoff.tried(Instant.EPOCH);
        Instant crash = Instant.EPOCH.plusSeconds(601);
        assertThat(backoff.remaining(crash, crash)).isZero();
    }

    @Test
    void ofAPodThatNeverRestartsWhatHadEndedStaysEndedAndWhatRanIsLost(@TempDir Path node) throws IOException {
        var done = new ContainerStatusBuilder()
                .withName("done")
                .withNewState()
                .withNewTerminated()
                .withExitCode(0)
                .endTerminated()
                .endState()
                .build();
        var ran = new ContainerStatusBuilder()
                .withName("ran")
                .withNewState()
                .withNewRunning("2026-01-01T00:00:00Z")
                .endState()
                .build();
        var first = record("done");
        var second = record("ran");

        Adoption.adopt(List.of(first, second), List.of(done, ran), false, new PodFiles(node, "uid", Optional.empty()));

        assertThat(first.terminated).isEqualTo(done.getState().getTerminated());
        assertThat(second.terminated).isNotNull();
        assertThat(second.terminated.getReason()).isEqualTo("Unknown");
        var pod = new PodBuilder()
                .withNewSpec()
                .withRestartPolicy("Never")
                .endSpec()
                .build();
        var facts = new PodStatuses.Facts(
                List.of(first, second),
                List.of(),
                Optional.empty(),
                "10.0.0.1",
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty());
        assertThat(PodStatuses.phase(pod, facts)).isEqualTo("Failed");
    }

    private static ContainerRecord record(String name) {
        return new ContainerRecord(new ContainerBuilder().withName(name).build(), ContainerRecord.Kind.INIT, true);
    }
}
