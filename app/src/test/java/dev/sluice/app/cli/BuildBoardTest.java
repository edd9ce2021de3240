package dev.sluice.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildBoardTest {
    @Test
    void showsStepsWithTheirTimesAndTheEndOfTheLog() {
        var pod = pod("p", """
                - {name: build-step-git-source-0, state: {terminated: {exitCode: 0, startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:02Z'}}}
                - {name: build-step-build, state: {running: {startedAt: '2026-01-01T00:00:02Z'}}}
                - {name: build-step-after, state: {waiting: {reason: PodInitializing}}}
                """);
        var log = List.of("1", "2", "3", "4", "5", "6", "7");

        var lines = BuildBoard.lines(
                "b", Duration.ofSeconds(9), BuildBoard.steps(List.of(pod)), log, Instant.parse("2026-01-01T00:00:09Z"));

        assertThat(lines)
                .containsExactly(
                        "Build     b  9s",
                        "  ✓ git-source-0                 2s",
                        "  ▸ build                        7s",
                        "  · after",
                        "  | 2",
                        "  | 3",
                        "  | 4",
                        "  | 5",
                        "  | 6",
                        "  | 7");
    }

    @Test
    void marksTheStepThatFailed() {
        var pod = pod("p", """
                - {name: build-step-a, state: {terminated: {exitCode: 3, startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:05:00Z'}}}
                """);

        assertThat(BuildBoard.lines(
                        "b", Duration.ofMinutes(6), BuildBoard.steps(List.of(pod)), List.of(), Instant.EPOCH))
                .containsExactly("Build     b  6m", "  ✗ a                            5m");
    }

    /** What moves the cursor would leave a board that cannot be taken back. */
    @ParameterizedTest
    @CsvSource({
        "'\u001b[1;32mINFO\u001b[m done', INFO done",
        "'10%\r50%\r100%', 100%",
        "'whole\r', whole",
        "'a\tb\u0007\u0000c', a bc",
        "'\u001b[2K\u001b[1A\u001b]0;title\u0007up\u001bM', up"
    })
    void showsOfALineWhatATerminalWouldInTheEnd(String printed, String shown) {
        assertThat(BuildBoard.lines("b", Duration.ZERO, List.of(), List.of(printed), Instant.EPOCH))
                .containsExactly("Build     b  0s", "  | " + shown);
    }

    @Test
    void showsTheLastTryOfAStep() {
        var one = pod(
                "p",
                "- {name: build-step-a, state: {terminated: {exitCode: 3, startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:02Z'}}}\n");
        var two = pod("p-1", "- {name: build-step-a, state: {running: {startedAt: '2026-01-01T00:00:04Z'}}}\n");

        assertThat(BuildBoard.steps(List.of(two, one)))
                .containsExactly(new BuildBoard.Step("a", Instant.parse("2026-01-01T00:00:04Z"), null, 0));
    }

    private static Pod pod(String name, String statuses) {
        return Serialization.unmarshal(
                "metadata: {name: " + name + ", creationTimestamp: '2026-01-01T00:00:00Z'}\nstatus:\n"
                        + "  initContainerStatuses:\n" + statuses.indent(2),
                Pod.class);
    }
}
