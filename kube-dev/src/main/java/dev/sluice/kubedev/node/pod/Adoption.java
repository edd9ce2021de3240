package dev.sluice.kubedev.node.pod;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateTerminatedBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Takes over containers of a pod that ran before this node did: like after a reboot, what ran has ended. */
final class Adoption {

    private Adoption() {}

    static void adopt(List<ContainerRecord> records, List<ContainerStatus> statuses, boolean again) {
        for (ContainerRecord record : records) {
            statuses.stream()
                    .filter(s -> s.getName().equals(record.name()))
                    .findFirst()
                    .ifPresent(s -> adopt(record, s, again));
        }
    }

    private static void adopt(ContainerRecord record, ContainerStatus status, boolean again) {
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
            record.terminated = unknown(status);
        } else if (state.getTerminated() != null) {
            record.everCreated = true;
            record.terminated = state.getTerminated();
            if (again && record.kind == ContainerRecord.Kind.INIT) {
                record.last = record.terminated;
                record.terminated = null; // a new sandbox is initialised anew
            }
        } else if (record.last != null) {
            record.everCreated = true;
        }
    }

    private static ContainerStateTerminated unknown(ContainerStatus status) {
        return new ContainerStateTerminatedBuilder()
                .withExitCode(255)
                .withReason("Unknown")
                .withStartedAt(status.getState().getRunning().getStartedAt())
                .withFinishedAt(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .withContainerID(status.getContainerID())
                .build();
    }
}
