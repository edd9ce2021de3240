package dev.sluice.workflows.build;

import dev.sluice.model.time.GoDuration;
import dev.sluice.workflows.Wire;
import dev.sluice.workflows.build.BuildActivities.Attempt;
import dev.sluice.workflows.build.BuildActivities.StepRef;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Functions;
import io.temporal.workflow.Promise;
import io.temporal.workflow.TimerOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The story of a build. The pod does the work; this waits for it, and knows when to stop waiting. */
public final class BuildWorkflowImpl implements BuildWorkflow {
    private static final Duration SHORT = Duration.ofSeconds(30);
    private static final Duration LONGEST_STEP = Duration.ofHours(25);
    /** How long a pod that is to be deleted is kept for its last lines. */
    private static final Duration LAST_LINES = Duration.ofSeconds(10);

    private static final int MOST_PODS = 3;

    private final List<Promise<Void>> archiving = new ArrayList<>();
    private boolean bounded;
    private boolean cancelRequested;
    private @Nullable StepRef running;

    @Override
    public Verdict run(BuildRef build) {
        // since version 1 what comes before the first step can be cancelled and times out, and turns have a queue of
        // their own
        bounded = Workflow.getVersion("bounded", Workflow.DEFAULT_VERSION, 1) > 0;
        phase("Validating");
        Verdict verdict;
        try {
            verdict = attempt(build);
        } catch (CanceledFailure | ActivityFailure e) { // somebody cancelled the workflow itself
            if (!CancellationScope.current().isCancelRequested()) {
                throw e;
            }
            verdict = stoppedDetached(build, cancelled(build));
        }
        phase(verdict.phase().word());
        return verdict;
    }

    @Override
    public void cancel() {
        cancelRequested = true;
    }

    private Verdict attempt(BuildRef build) {
        var checking = activities("check the Build");
        var plan = bounded ? unlessCancelled(() -> checking.validate(build)) : checking.validate(build);
        if (plan == null) {
            return finished(build, cancelled(build));
        }
        if (plan.gone()) {
            return Verdict.GONE;
        }
        if (plan.cancelled() || cancelRequested) {
            return finished(build, cancelled(build));
        }
        if (plan.refused() != null) {
            return finished(build, refused(plan.refused()));
        }
        if (plan.waits()) {
            phase("Queued");
            var waiting = watcher("wait for the builds before", bounded ? Wire.BUILD_TURNS_QUEUE : null);
            var turn = unlessCancelled(() -> waiting.awaitTurn(build));
            if (turn == null) {
                return finished(build, cancelled(build));
            }
            if (turn.gone()) {
                return Verdict.GONE;
            }
            if (turn.refused() != null) {
                return finished(build, refused(turn.refused()));
            }
        }
        return begun(build, plan);
    }

    private Verdict begun(BuildRef build, BuildActivities.Plan plan) {
        BuildActivities.@Nullable CreatedPod pod;
        try {
            pod = bounded ? unlessCancelled(() -> firstPod(build, plan)) : firstPod(build, plan);
        } catch (ActivityFailure e) {
            if (!bounded || CancellationScope.current().isCancelRequested()) {
                throw e;
            }
            return stopped(build, Failures.noPodInTime(timedOut(build, timeout(plan)), e));
        }
        if (pod == null) {
            return stopped(build, cancelled(build)); // it may have been made all the same
        }
        if (pod.gone()) {
            return Verdict.GONE;
        }
        if (pod.refused() != null) {
            return finished(build, refused(pod.refused()));
        }
        phase("Running");
        return watched(build, plan, pod);
    }

    private BuildActivities.CreatedPod firstPod(BuildRef build, BuildActivities.Plan plan) {
        var limit = bounded ? timeout(plan) : null;
        return plan.finished().isEmpty()
                ? activities("create the pod", limit).createPod(build)
                : activities("create a pod that begins after " + plan.finished().getLast(), limit)
                        .resumePod(new Attempt(build, 0, plan.finished(), null));
    }

    /** Null when the build was cancelled before the answer came: it may never come. */
    private <T> @Nullable T unlessCancelled(Functions.Func<T> question) {
        var asked = new Object() {
            @Nullable
            Promise<T> answer;
        };
        var asking = Workflow.newCancellationScope(() -> asked.answer = Async.function(question));
        asking.run();
        var answer = Objects.requireNonNull(asked.answer);
        Workflow.await(() -> answer.isCompleted() || cancelRequested);
        if (answer.isCompleted()) {
            return answer.get();
        }
        asking.cancel();
        return null;
    }

    private Verdict watched(BuildRef build, BuildActivities.Plan plan, BuildActivities.CreatedPod pod) {
        var timeout = timeout(plan);
        var used = Duration.ofMillis(Math.max(0, Workflow.currentTimeMillis() - pod.createdMillis()));
        var left = timeout.minus(used).isPositive() ? timeout.minus(used) : Duration.ofMillis(1);
        var steps = new Object() {
            @Nullable
            Promise<Verdict> ended;
        };
        var watching =
                Workflow.newCancellationScope(() -> steps.ended = Async.function(() -> new Pods(build, plan).run()));
        watching.run();
        var ended = Objects.requireNonNull(steps.ended);
        boolean inTime = Workflow.await(left, () -> ended.isCompleted() || cancelRequested);
        if (ended.isCompleted()) {
            return finished(build, ended.get());
        }
        watching.cancel();
        return stopped(build, inTime ? cancelled(build) : timedOut(build, timeout));
    }

    /** The pods of a build: one, unless it is lost or a step is tried again. */
    private final class Pods {
        private final BuildRef build;
        private final BuildActivities.Plan plan;
        private final List<String> finished;
        private final Map<String, Integer> retried = new TreeMap<>();
        private int attempt;
        private int lost;

        Pods(BuildRef build, BuildActivities.Plan plan) {
            this.build = build;
            this.plan = plan;
            finished = new ArrayList<>(plan.finished());
        }

        Verdict run() {
            while (true) {
                var end = steps();
                if (end == null) {
                    return new Verdict(Verdict.Phase.SUCCEEDED, null, null);
                }
                var pod = next(end);
                if (pod.isEmpty()) {
                    return Failures.verdict(build, end);
                }
                if (pod.get().gone()) {
                    return Verdict.GONE;
                }
                if (pod.get().refused() != null) {
                    return refused(pod.get().refused());
                }
            }
        }

        /** One step after the other, as the pod runs them; how the one ended that did not succeed, or null. */
        private BuildActivities.@Nullable StepEnd steps() {
            for (int i = 0; i < plan.containers().size(); i++) {
                var container = plan.containers().get(i);
                if (finished.contains(container)) {
                    continue;
                }
                var step = new StepRef(build, container, i, attempt);
                running = step;
                Workflow.setCurrentDetails("running " + container + (attempt == 0 ? "" : ", pod " + (attempt + 1)));
                var end = watcher(container, null).watchStep(step);
                running = null;
                if (end.kind() != BuildActivities.StepEnd.Kind.LOST) {
                    var _ = archive(step, null);
                }
                if (!end.succeeded()) {
                    return end;
                }
                if (plan.resumable()) {
                    finished.add(container);
                }
            }
            return null;
        }

        /** Empty when the build ends with that. */
        private Optional<BuildActivities.CreatedPod> next(BuildActivities.StepEnd end) {
            if (end.kind() == BuildActivities.StepEnd.Kind.LOST) { // which says nothing about the build
                if (++lost == MOST_PODS) {
                    return Optional.empty();
                }
                return Optional.of(
                        plan.resumable()
                                ? resumed(null)
                                : activities("create another pod").createPod(build));
            }
            int before = retried.getOrDefault(end.container(), 0);
            var rule = plan.retries().stream()
                    .filter(r -> r.container().equals(end.container()))
                    .findFirst();
            if (end.kind() != BuildActivities.StepEnd.Kind.ENDED
                    || rule.isEmpty()
                    || !rule.get().allows(end, before)) {
                return Optional.empty();
            }
            retried.put(end.container(), before + 1);
            Workflow.newTimer(
                            rule.get().backoff(before),
                            TimerOptions.newBuilder()
                                    .setSummary("before " + end.container() + " is tried again")
                                    .build())
                    .get();
            return Optional.of(resumed(new BuildActivities.Again(end.container(), before + 1, end.exitCode())));
        }

        private BuildActivities.CreatedPod resumed(BuildActivities.@Nullable Again again) {
            attempt++;
            return activities(again == null ? "create another pod" : "try " + again.container() + " again")
                    .resumePod(new Attempt(build, attempt, finished, again));
        }
    }

    private Promise<Void> archive(StepRef step, @Nullable Duration limit) {
        var options = ActivityOptions.newBuilder()
                .setStartToCloseTimeout(SHORT)
                .setScheduleToCloseTimeout(limit)
                .setRetryOptions(RetryOptions.newBuilder()
                        .setInitialInterval(Duration.ofMillis(200))
                        .setMaximumAttempts(6)
                        .build())
                .setSummary("keep the logs of " + step.container())
                .build();
        var keeper = Workflow.newActivityStub(BuildActivities.class, options);
        var archived = Async.procedure(keeper::archiveLogs, step);
        archiving.add(archived);
        return archived;
    }

    /** Keeps what the running step has printed, tells the end and removes the pod. */
    private Verdict stopped(BuildRef build, Verdict verdict) {
        var last = running; // which another coroutine may change while the status is written
        var lines = last == null ? null : archive(last, bounded ? LAST_LINES : null);
        if (!bounded) {
            finished(build, verdict);
            activities("delete the pod").deletePod(build);
            return verdict;
        }
        activities("write the status").finish(build, verdict);
        if (lines != null) {
            archiving.remove(lines);
            kept(build, lines);
        }
        activities("delete the pod").deletePod(build);
        archiving.forEach(one -> kept(build, one));
        return verdict;
    }

    private Verdict stoppedDetached(BuildRef build, Verdict verdict) {
        Workflow.newDetachedCancellationScope(() -> stopped(build, verdict)).run();
        return verdict;
    }

    private Verdict finished(BuildRef build, Verdict verdict) {
        activities("write the status").finish(build, verdict);
        archiving.forEach(one -> kept(build, one));
        return verdict;
    }

    private static void kept(BuildRef build, Promise<Void> archived) {
        try {
            archived.get();
        } catch (ActivityFailure | CanceledFailure e) {
            Workflow.getLogger(BuildWorkflowImpl.class).warn("logs of a step of {} could not be kept", build, e);
        }
    }

    private static Duration timeout(BuildActivities.Plan plan) {
        return Duration.ofMillis(plan.timeoutMillis());
    }

    private static Verdict refused(BuildActivities.Refusal refusal) {
        return Verdict.failed(refusal.reason(), refusal.message());
    }

    private static Verdict cancelled(BuildRef build) {
        return new Verdict(Verdict.Phase.CANCELLED, "BuildCancelled", "Build \"" + build.name() + "\" was cancelled");
    }

    private static Verdict timedOut(BuildRef build, Duration timeout) {
        return new Verdict(
                Verdict.Phase.TIMED_OUT,
                "BuildTimeout",
                "Build \"" + build.name() + "\" failed to finish within \"" + GoDuration.format(timeout) + "\"");
    }

    private static void phase(String phase) {
        Workflow.upsertTypedSearchAttributes(Wire.PHASE.valueSet(phase));
    }

    private static BuildActivities activities(String summary) {
        return activities(summary, null);
    }

    /** @param limit for all tries together; null for none */
    private static BuildActivities activities(String summary, @Nullable Duration limit) {
        return Workflow.newActivityStub(
                BuildActivities.class,
                ActivityOptions.newBuilder()
                        .setStartToCloseTimeout(SHORT)
                        .setScheduleToCloseTimeout(limit)
                        .setRetryOptions(patient())
                        .setSummary(summary)
                        .build());
    }

    /** @param queue null for the workflow's own */
    private static BuildActivities watcher(String summary, @Nullable String queue) {
        return Workflow.newActivityStub(
                BuildActivities.class,
                ActivityOptions.newBuilder()
                        .setTaskQueue(queue)
                        .setStartToCloseTimeout(LONGEST_STEP)
                        .setHeartbeatTimeout(Duration.ofSeconds(10))
                        .setRetryOptions(patient())
                        .setSummary(summary)
                        .build());
    }

    /** The API server comes back: it is asked again until the build's own timeout. */
    private static RetryOptions patient() {
        return RetryOptions.newBuilder()
                .setInitialInterval(Duration.ofMillis(250))
                .setMaximumInterval(Duration.ofSeconds(10))
                .build();
    }
}
