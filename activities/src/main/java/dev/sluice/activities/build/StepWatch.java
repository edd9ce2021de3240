package dev.sluice.activities.build;

import dev.sluice.workflows.build.BuildActivities.StepEnd;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whether one container of a build's pod has ended, and how. Pure. */
final class StepWatch {
    /** What a node says of a container that it found dead after its own restart: nobody saw it end. */
    private static final Set<String> UNSEEN_ENDS = Set.of("Unknown", "ContainerStatusUnknown");

    /** Why a pod failed that its node took with it: it was lost, or shut down. */
    private static final Set<String> NODE_ENDS = Set.of("NodeLost", "NodeShutdown", "Terminated");

    /** What a process ends with that somebody killed with -9; one that takes too much memory has a reason of its own. */
    private static final int KILLED = 137;

    private static boolean killed(ContainerStateTerminated terminated) {
        return Objects.equals(terminated.getExitCode(), KILLED) && !"OOMKilled".equals(terminated.getReason());
    }

    /** Whether the pod ended, or is made to end, for a reason that is not the build's. */
    static boolean lost(Pod pod) {
        if (pod.getMetadata().getDeletionTimestamp() != null
                || NODE_ENDS.contains(Objects.requireNonNullElse(pod.getStatus().getReason(), ""))) {
            return true;
        }
        return Stream.concat(
                        pod.getStatus().getInitContainerStatuses().stream(),
                        pod.getStatus().getContainerStatuses().stream())
                .map(ContainerStatus::getState)
                .filter(Objects::nonNull)
                .map(state -> state.getTerminated())
                .filter(Objects::nonNull)
                .anyMatch(terminated -> killed(terminated)
                        || UNSEEN_ENDS.contains(Objects.requireNonNullElse(terminated.getReason(), "")));
    }

    /** Empty while the step may still run. */
    static Optional<StepEnd> end(String podName, String container, @Nullable Pod pod) {
        if (pod == null) {
            return Optional.of(end(StepEnd.Kind.LOST, podName, container, null, -1, null, null));
        }
        var status = Stream.concat(
                        pod.getStatus().getInitContainerStatuses().stream(),
                        pod.getStatus().getContainerStatuses().stream())
                .filter(s -> s.getName().equals(container))
                .findFirst();
        var terminated = status.map(ContainerStatus::getState)
                .map(state -> state.getTerminated())
                .orElse(null);
        boolean succeeded = terminated != null && Objects.equals(terminated.getExitCode(), 0);
        if (!succeeded && lost(pod)) {
            return Optional.of(end(
                    StepEnd.Kind.LOST,
                    podName,
                    container,
                    status.map(ContainerStatus::getImage).orElse(null),
                    terminated != null && killed(terminated) ? KILLED : -1,
                    null,
                    null));
        }
        if (terminated != null) {
            int code = Objects.requireNonNullElse(terminated.getExitCode(), -1);
            var message = StepMessage.parse(terminated.getMessage());
            return Optional.of(end(
                    StepEnd.Kind.ENDED,
                    podName,
                    container,
                    status.map(ContainerStatus::getImage).orElse(null),
                    code,
                    code == 0 ? null : message.reason(),
                    code == 0 ? null : message.sentence()));
        }
        var phase = Objects.requireNonNullElse(pod.getStatus().getPhase(), "");
        if (phase.equals("Failed")) {
            return Optional.of(end(
                    StepEnd.Kind.POD_FAILED,
                    podName,
                    container,
                    null,
                    -1,
                    pod.getStatus().getReason(),
                    pod.getStatus().getMessage()));
        }
        return phase.equals("Succeeded")
                ? Optional.of(end(StepEnd.Kind.ENDED, podName, container, null, 0, null, null))
                : Optional.empty();
    }

    private static StepEnd end(
            StepEnd.Kind kind,
            String pod,
            String container,
            @Nullable String image,
            int code,
            @Nullable String reason,
            @Nullable String message) {
        return new StepEnd(kind, pod, container, Objects.requireNonNullElse(image, ""), code, reason, message);
    }

    private StepWatch() {}
}
