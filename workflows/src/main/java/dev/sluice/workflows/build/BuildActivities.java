package dev.sluice.workflows.build;

import io.temporal.activity.ActivityInterface;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a BuildWorkflow needs from the world. All are idempotent. */
@ActivityInterface(namePrefix = "Build.")
public interface BuildActivities {
    /** Resolves template, service account and secrets. Writes nothing. */
    Plan validate(BuildRef build);

    /**
     * Returns when the build may begin beside the others of its group, or never may. Keeps the Build's status current meanwhile; where the
     * Build wants it, cancels those before it.
     */
    Turn awaitTurn(BuildRef build);

    /** Creates the build's one pod, or finds it; one that was lost makes room for another. */
    CreatedPod createPod(BuildRef build);

    /** Creates, or finds, a further pod of a build whose workspace outlives its pods: it begins after the steps that have finished. */
    CreatedPod resumePod(Attempt attempt);

    /** Returns when the step has ended or cannot end any more; keeps the Build's status current meanwhile. */
    StepEnd watchStep(StepRef step);

    /** Stores what the step has printed so far; a pod that is gone leaves what was stored before. */
    void archiveLogs(StepRef step);

    /** Writes the final status with results, once: a Build that has ended is not touched. */
    void finish(BuildRef build, Verdict verdict);

    void deletePod(BuildRef build);

    /**
     * What the Build asks for, after checking it.
     *
     * @param refused why it cannot run; null when it can
     * @param gone whether the Build was deleted or has ended already
     * @param waits whether the build may have to wait for others
     * @param resumable whether the workspace outlives the pod
     * @param finished the containers that an earlier Build has run, whose workspace this one goes on with
     */
    record Plan(
            @Nullable Refusal refused,
            boolean gone,
            boolean cancelled,
            List<String> containers,
            long timeoutMillis,
            boolean waits,
            boolean resumable,
            List<RetryRule> retries,
            List<String> finished) {
        @SuppressWarnings("NullAway") // absent in older histories
        public Plan {
            containers = List.copyOf(Objects.requireNonNullElse(containers, List.of()));
            retries = List.copyOf(Objects.requireNonNullElse(retries, List.of()));
            finished = List.copyOf(Objects.requireNonNullElse(finished, List.of()));
        }

        public Plan(
                @Nullable Refusal refused,
                boolean gone,
                boolean cancelled,
                List<String> containers,
                long timeoutMillis) {
            this(refused, gone, cancelled, containers, timeoutMillis, false, false, List.of(), List.of());
        }

        public static Plan refused(String reason, String message) {
            return new Plan(new Refusal(reason, message), false, false, List.of(), 0);
        }

        public static Plan nothingToDo() {
            return new Plan(null, true, false, List.of(), 0);
        }
    }

    /** Reason and message of the condition that says no. */
    record Refusal(String reason, String message) {}

    /** @param createdMillis when the API server created the pod, as epoch milliseconds */
    record CreatedPod(@Nullable Refusal refused, boolean gone, String pod, long createdMillis) {}

    /** @param refused why the build may never begin; null when it may begin now */
    record Turn(@Nullable Refusal refused, boolean gone) {}

    /**
     * One further pod of a build.
     *
     * @param number from 1; the first pod has none, unless it goes on from another Build: then 0
     * @param finished the containers that need not run again
     * @param again the step that is tried again and what it ended with; null when its pod was lost
     */
    record Attempt(
            BuildRef build,
            int number,
            List<String> finished,
            @Nullable Again again) {
        @SuppressWarnings("NullAway") // absent in older histories
        public Attempt {
            finished = List.copyOf(Objects.requireNonNullElse(finished, List.of()));
        }
    }

    /** @param retries how often the step has been tried again with this one */
    record Again(String container, int retries, int exitCode) {}

    /** @param attempt the number of the pod, from 0 */
    record StepRef(BuildRef build, String container, int index, int attempt) {
        public StepRef(BuildRef build, String container, int index) {
            this(build, container, index, 0);
        }
    }

    /**
     * How watching one step ended.
     *
     * @param kind {@code ENDED}: the container has exited; {@code POD_FAILED}: the pod failed in another way; {@code LOST}:
     *     the pod is gone, is being deleted, its node restarted, or somebody killed the container
     * @param message the termination message, or the pod's
     */
    record StepEnd(
            Kind kind,
            String pod,
            String container,
            String image,
            int exitCode,
            @Nullable String reason,
            @Nullable String message) {
        public enum Kind {
            ENDED,
            POD_FAILED,
            LOST
        }

        public boolean succeeded() {
            return kind == Kind.ENDED && exitCode == 0;
        }
    }
}
