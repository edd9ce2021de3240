package dev.sluice.kubedev.node.pod;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateTerminatedBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Takes over containers of a pod that ran before this node did: like after a reboot, what ran has ended. */
final class Adoption {

    private Adoption() {}

    static void adopt(List<ContainerRecord> records, List<ContainerStatus> statuses, boolean again, PodFiles files)
            throws IOException {
        for (ContainerRecord record : records) {
            statuses.stream()
                    .filter(s -> s.getName().equals(record.name()))
                    .findFirst()
                    .ifPresent(s -> adopt(record, s));
            notice(record, files);
            ContainerStateTerminated ended = record.terminated;
            if (ended != null && again && record.kind == ContainerRecord.Kind.INIT) {
                record.last = ended;
                record.terminated = null; // a new sandbox is initialised anew
            }
        }
    }

    /** A start that the API server was not told of any more left its log, as a kubelet's does: it counts. */
    private static void notice(ContainerRecord record, PodFiles files) throws IOException {
        var attempt = files.newestAttempt(record.name());
        if (attempt.isEmpty()) {
            return;
        }
        int number = attempt.getAsInt();
        if (number < record.restartCount || (number == record.restartCount && record.everCreated)) {
            return;
        }
        Instant since = Files.readAttributes(files.logFile(record.name(), number), BasicFileAttributes.class)
                .creationTime()
                .toInstant();
        record.restartCount = number;
        record.everCreated = true;
        record.terminated = unknown(since.truncatedTo(ChronoUnit.SECONDS).toString(), record.containerId);
    }

    private static void adopt(ContainerRecord record, ContainerStatus status) {
        record.restartCount = Optional.ofNullable(status.getRestartCount()).orElse(0);
        record.imageId = Optional.ofNullable(status.getImageID()).orElse("");
        record.containerId = Optional.ofNullable(status.getContainerID()).orElse("");
        Optional.ofNullable(status.getLastState()).map(l -> l.getTerminated()).ifPresent(t -> record.last = t);
        var state = status.getState();
        if (state == null) {
            return;
        }
        if (state.getRunning() != null) {
            record.everCreated = true;
            record.terminated = unknown(state.getRunning().getStartedAt(), record.containerId);
        } else if (state.getTerminated() != null) {
            record.everCreated = true;
            record.terminated = state.getTerminated();
        } else if (record.last != null) {
            record.everCreated = true;
        }
    }

    private static ContainerStateTerminated unknown(String startedAt, String containerId) {
        return new ContainerStateTerminatedBuilder()
                .withExitCode(255)
                .withReason("Unknown")
                .withStartedAt(startedAt)
                .withFinishedAt(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .withContainerID(containerId.isEmpty() ? null : containerId)
                .build();
    }
}
