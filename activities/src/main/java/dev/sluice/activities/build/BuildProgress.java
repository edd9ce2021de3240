package dev.sluice.activities.build;

import dev.sluice.api.build.BuildStatus;
import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.workflows.build.Verdict;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a build's pod says about the build (spec/build.md section 1.3). Pure. */
final class BuildProgress {
    /** The status while the pod is there and the build has not ended. */
    static BuildStatus running(BuildStatus before, long generation, Pod pod, Instant now) {
        var conditions = conditions(before, now);
        if ("Running".equals(pod.getStatus().getPhase()) || anyStarted(pod)) {
            conditions.markUnknown(BuildStatus.SUCCEEDED, "Building", null);
        } else {
            conditions.markUnknown(BuildStatus.SUCCEEDED, "Pending", pending(pod));
        }
        return status(before, generation, pod, conditions, null);
    }

    /** The status of a build that waits for others. */
    static BuildStatus queued(BuildStatus before, long generation, String message, Instant now) {
        var conditions = conditions(before, now);
        conditions.markUnknown(BuildStatus.SUCCEEDED, "Queued", message);
        return status(before, generation, null, conditions, null);
    }

    /** The status at the end; without a pod, or with one that says what nobody expected, what was known of its steps stays. */
    static BuildStatus ended(BuildStatus before, long generation, @Nullable Pod pod, Verdict verdict, Instant now) {
        var conditions = conditions(before, now);
        if (verdict.phase() == Verdict.Phase.SUCCEEDED) {
            conditions.markTrue(BuildStatus.SUCCEEDED);
        } else {
            conditions.markFalse(BuildStatus.SUCCEEDED, verdict.reason(), verdict.message());
        }
        var completed = now.truncatedTo(ChronoUnit.SECONDS).toString();
        try {
            return status(before, generation, pod, conditions, completed);
        } catch (RuntimeException _) { // a build has to end, whatever its steps have written
            return status(before, generation, null, conditions, completed);
        }
    }

    private static ConditionSet conditions(BuildStatus before, Instant now) {
        return new ConditionSet(BuildStatus.SUCCEEDED, List.of(), before.conditions(), now);
    }

    private static BuildStatus status(
            BuildStatus before,
            long generation,
            @Nullable Pod pod,
            ConditionSet conditions,
            @Nullable String completed) {
        if (pod == null) {
            var cluster = before.cluster() == null ? new BuildStatus.Cluster("", "") : before.cluster();
            return new BuildStatus(
                    generation,
                    conditions.list(),
                    "Cluster",
                    cluster,
                    before.startTime(),
                    completed,
                    before.stepStates(),
                    before.stepsCompleted(),
                    before.image(),
                    before.commits(),
                    before.stepTries(),
                    before.workspaceClaim());
        }
        var all = initStatuses(pod);
        var sources = Sources.of(pod);
        var steps = all.stream().filter(s -> isStep(s.getName(), sources)).toList();
        var finished = FurtherPods.finished(pod).stream()
                .filter(name -> isStep(name, sources))
                .toList();
        var states = new ArrayList<ContainerState>();
        finished.forEach(name -> states.add(before.succeededStep(name).orElseGet(BuildProgress::completed)));
        steps.stream().map(ContainerStatus::getState).filter(Objects::nonNull).forEach(states::add);
        var ended = new ArrayList<>(finished);
        steps.stream()
                .filter(s -> s.getState() != null && s.getState().getTerminated() != null)
                .map(ContainerStatus::getName)
                .forEach(ended::add);
        return new BuildStatus(
                generation,
                conditions.list(),
                "Cluster",
                new BuildStatus.Cluster(
                        pod.getMetadata().getNamespace(), pod.getMetadata().getName()),
                before.startTime() == null ? pod.getMetadata().getCreationTimestamp() : before.startTime(),
                completed,
                states,
                ended,
                image(all).orElse(before.image()),
                commits(before, all),
                before.stepTries(),
                before.workspaceClaim());
    }

    private static boolean isStep(String container, Sources sources) {
        return !container.equals(BuildPods.CREDENTIALS) && !sources.contain(container);
    }

    private static ContainerState completed() {
        return new ContainerStateBuilder()
                .withNewTerminated()
                .withExitCode(0)
                .withReason("Completed")
                .endTerminated()
                .build();
    }

    private static List<ContainerStatus> initStatuses(Pod pod) {
        return pod.getStatus() == null ? List.of() : pod.getStatus().getInitContainerStatuses();
    }

    private static Optional<BuildStatus.Image> image(List<ContainerStatus> statuses) {
        BuildStatus.@Nullable Image last = null;
        for (var status : statuses) {
            var message = message(status);
            if (message.get("digest").isPresent()) {
                last = new BuildStatus.Image(
                        message.get("image").orElse(null),
                        message.get("digest").get(),
                        message.get("size")
                                .filter(size -> size.matches("[0-9]{1,18}"))
                                .map(Long::valueOf)
                                .orElse(null));
            }
        }
        return Optional.ofNullable(last);
    }

    /** What is known of sources that this pod did not fetch stays. */
    private static List<BuildStatus.Commit> commits(BuildStatus before, List<ContainerStatus> statuses) {
        var commits = new ArrayList<>(before.commits().stream()
                .filter(c -> statuses.stream().noneMatch(s -> s.getName().equals(c.container())))
                .toList());
        for (var status : statuses) {
            var message = message(status);
            message.get("commit")
                    .ifPresent(sha -> commits.add(new BuildStatus.Commit(
                            status.getName(),
                            sha,
                            message.get("branch").orElse(null),
                            message.get("author").orElse(null))));
        }
        return commits;
    }

    private static StepMessage message(ContainerStatus status) {
        var terminated = status.getState() == null ? null : status.getState().getTerminated();
        return StepMessage.parse(
                terminated == null || !Objects.equals(terminated.getExitCode(), 0) ? null : terminated.getMessage());
    }

    private static boolean anyStarted(Pod pod) {
        return initStatuses(pod).stream()
                .anyMatch(s -> s.getState() != null
                        && (s.getState().getRunning() != null || s.getState().getTerminated() != null));
    }

    private static String pending(Pod pod) {
        for (var status : initStatuses(pod)) {
            var waiting = status.getState() == null ? null : status.getState().getWaiting();
            if (waiting != null
                    && waiting.getMessage() != null
                    && !waiting.getMessage().isEmpty()) {
                return "build step \"%s\" is pending with reason \"%s\""
                        .formatted(status.getName(), waiting.getMessage());
            }
        }
        for (var condition : pod.getStatus().getConditions()) {
            if (!"True".equals(condition.getStatus())
                    && condition.getMessage() != null
                    && !condition.getMessage().isEmpty()) {
                return "pod status \"%s\":\"%s\"; message: \"%s\""
                        .formatted(condition.getType(), condition.getStatus(), condition.getMessage());
            }
        }
        var message = pod.getStatus().getMessage();
        return message == null || message.isEmpty() ? "Pending" : message;
    }

    private BuildProgress() {}
}
