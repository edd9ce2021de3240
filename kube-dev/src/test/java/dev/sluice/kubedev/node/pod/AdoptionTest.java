package dev.sluice.kubedev.node.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdoptionTest {

    private static final Container SPEC = new ContainerBuilder().withName("a").build();

    @TempDir
    private Path node = Path.of("");

    @Test
    void countsAStartThatTheApiServerWasNotToldOf() throws IOException {
        started(0);
        var record = adopted(ContainerRecord.Kind.REGULAR, List.of());
        assertThat(record.everCreated).isTrue();
        assertThat(record.restartCount).isZero();
        assertThat(record.terminated).isNotNull();
        assertThat(record.terminated.getReason()).isEqualTo("Unknown");
    }

    @Test
    void countsARestartThatTheApiServerWasNotToldOf() throws IOException {
        started(0);
        started(1);
        var record = adopted(ContainerRecord.Kind.REGULAR, List.of(running(0)));
        assertThat(record.restartCount).isEqualTo(1);
        assertThat(record.terminated).isNotNull();
    }

    @Test
    void leavesWhatTheApiServerKnowsAsItIs() throws IOException {
        started(3);
        var record = adopted(
                ContainerRecord.Kind.REGULAR,
                List.of(new ContainerStatusBuilder()
                        .withName("a")
                        .withRestartCount(3)
                        .withNewState()
                        .withNewTerminated()
                        .withExitCode(7)
                        .endTerminated()
                        .endState()
                        .build()));
        assertThat(record.restartCount).isEqualTo(3);
        assertThat(record.terminated).isNotNull();
        assertThat(record.terminated.getExitCode()).isEqualTo(7);
    }

    @Test
    void runsAnInitContainerAgainThatStartedUnseen() throws IOException {
        started(0);
        var record = adopted(ContainerRecord.Kind.INIT, List.of());
        assertThat(record.terminated).isNull();
        assertThat(record.last).isNotNull();
    }

    @Test
    void aContainerThatNeverStartedHasNothingToCount() throws IOException {
        var record = adopted(ContainerRecord.Kind.REGULAR, List.of());
        assertThat(record.everCreated).isFalse();
        assertThat(record.terminated).isNull();
    }

    private void started(int attempt) throws IOException {
        files().log("a", attempt).end();
    }

    private PodFiles files() {
        return new PodFiles(node, "uid", Optional.empty());
    }

    private ContainerRecord adopted(ContainerRecord.Kind kind, List<ContainerStatus> statuses) throws IOException {
        var record = new ContainerRecord(SPEC, kind, false);
        Adoption.adopt(List.of(record), statuses, true, files());
        return record;
    }

    private static ContainerStatus running(int restarts) {
        return new ContainerStatusBuilder()
                .withName("a")
                .withRestartCount(restarts)
                .withNewState()
                .withNewRunning("2026-01-01T00:00:00Z")
                .endState()
                .build();
    }
}
