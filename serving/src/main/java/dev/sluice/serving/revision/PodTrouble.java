package dev.sluice.serving.revision;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Why a pod does not come up.
 *
 * @param scheduling whether it has no node
 * @param container whether the container is to blame, rather than what it needs
 * @param lasting false for what often heals within seconds
 */
record PodTrouble(boolean scheduling, boolean container, boolean lasting, String reason, String message) {
    private static final Set<String> HEALING = Set.of("ErrImagePull");
    private static final Set<String> LASTING = Set.of(
            "ImagePullBackOff",
            "InvalidImageName",
            "ErrImageNeverPull",
            "CreateContainerConfigError",
            "CreateContainerError",
            "RunContainerError",
            "CrashLoopBackOff");

    static Optional<PodTrouble> of(Pod pod) {
        if (pod.getStatus() == null) {
            return Optional.empty();
        }
        var unscheduled = pod.getStatus().getConditions().stream()
                .filter(c -> "PodScheduled".equals(c.getType()) && "False".equals(c.getStatus()))
                .map(c -> new PodTrouble(true, false, true, text(c.getReason()), text(c.getMessage())))
                .findFirst();
        return unscheduled
                .or(() -> statuses(pod).flatMap(s -> crash(s).stream()).findFirst())
                .or(() -> statuses(pod).flatMap(s -> waiting(s).stream()).findFirst());
    }

    private static Stream<ContainerStatus> statuses(Pod pod) {
        return Stream.of(
                        pod.getStatus().getInitContainerStatuses(),
                        pod.getStatus().getContainerStatuses())
                .filter(Objects::nonNull)
                .flatMap(List::stream);
    }

    private static Optional<PodTrouble> crash(ContainerStatus status) {
        var last = status.getLastState() == null ? null : status.getLastState().getTerminated();
        var now = status.getState() == null ? null : status.getState().getTerminated();
        ContainerStateTerminated end = now != null && code(now) != 0 ? now : last;
        if (end == null) {
            return Optional.empty();
        }
        var message = text(end.getMessage()).strip();
        if (message.isEmpty()) {
            message = code(end) == 0 ? "container exited with no error" : text(end.getReason());
        }
        return Optional.of(
                new PodTrouble(false, true, true, "ExitCode" + code(end), "Container failed with: " + message));
    }

    private static Optional<PodTrouble> waiting(ContainerStatus status) {
        var waiting = status.getState() == null ? null : status.getState().getWaiting();
        if (waiting == null) {
            return Optional.empty();
        }
        var reason = text(waiting.getReason());
        return LASTING.contains(reason) || HEALING.contains(reason)
                ? Optional.of(
                        new PodTrouble(false, false, LASTING.contains(reason), reason, text(waiting.getMessage())))
                : Optional.empty();
    }

    private static int code(ContainerStateTerminated end) {
        return end.getExitCode() == null ? 0 : end.getExitCode();
    }

    private static String text(@org.jspecify.annotations.Nullable String text) {
        return text == null ? "" : text;
    }
}
