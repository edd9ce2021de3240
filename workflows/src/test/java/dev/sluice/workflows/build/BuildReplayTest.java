package dev.sluice.workflows.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.workflows.Payloads;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.worker.WorkerOptions;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Histories of real runs, written by {@code BuildIT} with {@code -Dexport.histories=FOLDER}; those that are called bounded, of the version of that
 * name, are of a real server with {@link FakePod}. A release adds some and edits none.
 */
class BuildReplayTest {
    static List<Path> histories() throws IOException, URISyntaxException {
        var folder = Objects.requireNonNull(BuildReplayTest.class.getResource("/histories/BuildWorkflow"));
        try (var files = Files.list(Path.of(folder.toURI()))) {
            return files.sorted().toList();
        }
    }

    @Test
    void thereAreHistoriesOfEveryEnd() throws Exception {
        assertThat(histories())
                .extracting(path -> path.getFileName().toString())
                .contains("0.1-hello.json", "0.1-broken.json", "0.1-lost.json", "0.1-slow.json", "0.1-stop.json")
                .as("tried again, gone on from another, in turns, and without a pod")
                .contains("0.1-again.json", "0.1-stopped.json", "0.1-gone-on.json")
                .contains("0.1-turn-1.json", "0.1-turn-4.json", "0.1-no-pod.json")
                .as("since a build can be cancelled, and times out, before it has a pod")
                .contains("0.1-bounded-hello.json", "0.1-bounded-lost.json", "0.1-bounded-turn.json")
                .contains("0.1-bounded-no-pod.json", "0.1-bounded-unchecked.json", "0.1-bounded-stop.json")
                .contains("0.1-bounded-stopped-as-a-step-ends.json");
    }

    @ParameterizedTest
    @MethodSource("histories")
    void replays(Path history) throws Exception {
        var options = TestEnvironmentOptions.newBuilder()
                .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build())
                .build();
        try (var environment = TestWorkflowEnvironment.newInstance(options)) {
            var worker = environment.newWorker(
                    "replay",
                    WorkerOptions.newBuilder()
                            .setDefaultDeadlockDetectionTimeout(
                                    30_000) // a cold JVM on a busy machine loads classes for long
                            .build());
            worker.registerWorkflowImplementationTypes(BuildWorkflowImpl.class);
            WorkflowReplayer.replayWorkflowExecution(
                    WorkflowExecutionHistory.fromJson(Files.readString(history)), worker);
        }
    }
}
