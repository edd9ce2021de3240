package dev.sluice.workflows.delivery;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.sluice.workflows.Payloads;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.worker.WorkerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recorded histories of real servers must replay for ever: a release adds files and never edits them. */
class DeliveryReplayTest {
    private static final Path HISTORIES = Path.of("src/test/resources/histories/Delivery");

    static List<Path> histories() throws IOException {
        try (var files = Files.list(HISTORIES)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
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
                    // loading classes on a cold, busy machine takes more than the second that the default allows
                    WorkerOptions.newBuilder()
                            .setDefaultDeadlockDetectionTimeout(10_000)
                            .build());
            worker.registerWorkflowImplementationTypes(DeliveryWorkflowImpl.class);
            var recorded = WorkflowExecutionHistory.fromJson(Files.readString(history));
            assertThatCode(() -> WorkflowReplayer.replayWorkflowExecution(recorded, worker))
                    .doesNotThrowAnyException();
        }
    }
}
