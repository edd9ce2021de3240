package dev.sluice.workflows.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.workflows.Payloads;
import dev.sluice.workflows.Wire;
import dev.sluice.workflows.build.BuildActivities.StepEnd;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.CanceledFailure;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import io.temporal.worker.WorkflowImplementationOptions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BuildWorkflowTest {
    private static final BuildRef BUILD = new BuildRef("n", "b", "u");

    private final FakePod pod = new FakePod();
    private TestWorkflowEnvironment environment;

    @BeforeEach
    void start() {
        environment = TestWorkflowEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                .setWorkerFactoryOptions(WorkerFactoryOptions.getDefaultInstance())
                .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build())
                .registerSearchAttribute("SluicePhase", IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
                .build());
        var worker = environment.newWorker(
                Wire.BUILD_QUEUE,
                WorkerOptions.newBuilder()
                        .setDefaultDeadlockDetectionTimeout(10_000)
                        .build());
        worker.registerWorkflowImplementationTypes(
                WorkflowImplementationOptions.newBuilder()
                        .setFailWorkflowExceptionTypes(Throwable.class) // a bug fails a test instead of hanging it
                        .build(),
                BuildWorkflowImpl.class);
        worker.registerActivitiesImplementations(pod);
        environment.newWorker(Wire.BUILD_TURNS_QUEUE).registerActivitiesImplementations(pod);
        environment.start();
    }

    @AfterEach
    void stop() {
        pod.released.countDown();
        environment.close();
    }

    @Test
    void watchesEveryStepThenTellsTheEnd() {
        var verdict = workflow().run(BUILD);

        assertThat(verdict.phase()).isEqualTo(Verdict.Phase.SUCCEEDED);
        assertThat(pod.story)
                .containsSubsequence("validate", "create", "watch one", "watch two", "finish SUCCEEDED")
                .contains("archive one", "archive two")
                .doesNotContain("delete");
    }

    @Test
    void stopsAtTheFirstStepThatFails() {
        pod.ends.put("one", new StepEnd(StepEnd.Kind.ENDED, "b-pod-1", "one", "img", 2, null, null));

        var verdict = workflow().run(BUILD);

        assertThat(verdict)
                .isEqualTo(
                        new Verdict(
                                Verdict.Phase.FAILED,
                                "BuildFailed",
                                "build step \"one\" exited with code 2 (image: \"img\"); for logs run: kubectl -n n logs b-pod-1 -c one"));
        assertThat(pod.story).doesNotContain("watch two").contains("archive one");
    }

    @Test
    void saysFirstWhatTheStepSaid() {
        pod.ends.put(
                "one",
                new StepEnd(StepEnd.Kind.ENDED, "p", "one", "img", 1, "GitRevisionNotFound", "no revision\nmore"));

        var verdict = workflow().run(BUILD);

        assertThat(verdict.reason()).isEqualTo("GitRevisionNotFound");
        assertThat(verdict.message()).startsWith("no revision: build step \"one\" exited with code 1");
    }

    @Test
    void beginsAnewInAnotherPodWhenItsPodIsLost() {
        pod.lost.put("two", 1);

        assertThat(workflow().run(BUILD).phase()).isEqualTo(Verdict.Phase.SUCCEEDED);
        assertThat(pod.story)
                .containsSubsequence(
                        "create", "watch one", "watch two", "create", "watch one", "watch two", "finish SUCCEEDED");
    }

    @Test
    void failsWhenPodAfterPodIsLost() {
        pod.lost.put("two", 3);

        assertThat(workflow().run(BUILD).reason()).isEqualTo("PodLost");
        assertThat(pod.story.stream().filter("create"::equals)).hasSize(3);
    }

    @Test
    void endsAtTheTimeoutAndDeletesThePod() {
        pod.hang = "two";
        pod.plan = new BuildActivities.Plan(null, false, false, List.of("one", "two"), 1_500);

        var verdict = workflow().run(BUILD);

        assertThat(verdict)
                .isEqualTo(new Verdict(
                        Verdict.Phase.TIMED_OUT, "BuildTimeout", "Build \"b\" failed to finish within \"1.5s\""));
        assertThat(pod.story)
                .containsSubsequence("watch two", "archive two", "delete")
                .containsSubsequence("finish TIMED_OUT", "delete");
    }

    @Test
    void endsWhenItIsCancelled() throws InterruptedException {
        pod.hang = "one";
        var workflow = workflow();
        WorkflowClient.start(workflow::run, BUILD);
        assertThat(pod.hanging.await(30, TimeUnit.SECONDS)).isTrue();

        workflow.cancel();

        assertThat(WorkflowStub.fromTyped(workflow).getResult(Verdict.class))
                .isEqualTo(new Verdict(Verdict.Phase.CANCELLED, "BuildCancelled", "Build \"b\" was cancelled"));
        assertThat(pod.story).containsSubsequence("finish CANCELLED", "delete");
    }

    @Test
    void cleansUpWhenTheWorkflowItselfIsCancelled() throws InterruptedException {
        pod.hang = "one";
        var workflow = workflow();
        WorkflowClient.start(workflow::run, BUILD);
        assertThat(pod.hanging.await(30, TimeUnit.SECONDS)).isTrue();

        WorkflowStub.fromTyped(workflow).cancel();

        assertThatThrownBy(() -> WorkflowStub.fromTyped(workflow).getResult(Verdict.class))
                .hasRootCauseInstanceOf(CanceledFailure.class);
        assertThat(pod.story).containsSubsequence("finish CANCELLED", "delete");
    }

    @Test
    void tellsARefusalWithoutAPod() {
        pod.plan = BuildActivities.Plan.refused("BuildValidationFailed", "no such template");

        assertThat(workflow().run(BUILD).message()).isEqualTo("no such template");
        assertThat(pod.story).containsExactly("validate", "finish FAILED");
    }

    @Test
    void goesOnAfterTheStepsThatHaveFinished() {
        pod.plan = durable(List.of(), List.of());
        pod.lost.put("two", 2);

        assertThat(workflow().run(BUILD).phase()).isEqualTo(Verdict.Phase.SUCCEEDED);
        assertThat(pod.story)
                .containsSubsequence(
                        "create", "watch one", "watch two", "resume 1 after [one]", "watch two", "resume 2 after [one]")
                .containsOnlyOnce("watch one", "create");
    }

    @Test
    void triesAStepAgainAsOftenAsItMay() {
        pod.plan = durable(List.of(new RetryRule("two", 2, 60_000, 90_000, List.of(3), List.of())), List.of());
        pod.ends.put("two", failed(2));
        var workflow = workflow();

        var verdict = workflow.run(BUILD);

        assertThat(verdict.phase()).isEqualTo(Verdict.Phase.FAILED);
        assertThat(pod.story)
                .containsSubsequence(
                        "watch two",
                        "resume 1 after [one] again two 1 exit 2",
                        "watch two",
                        "resume 2 after [one] again two 2 exit 2",
                        "watch two",
                        "finish FAILED")
                .containsOnlyOnce("watch one");
        assertThat(took(workflow)).isBetween(Duration.ofSeconds(150), Duration.ofSeconds(600));
    }

    @Test
    void doesNotTryAgainWhatCannotHelp() {
        pod.plan =
                durable(List.of(new RetryRule("two", 2, 1, 1, List.of(3), List.of("GitRevisionNotFound"))), List.of());
        pod.ends.put("two", failed(3));
        assertThat(workflow().run(BUILD).phase()).isEqualTo(Verdict.Phase.FAILED);

        pod.ends.put(
                "two", new StepEnd(StepEnd.Kind.ENDED, "p", "two", "img", 1, "GitRevisionNotFound", "no revision"));
        assertThat(workflow().run(BUILD).phase()).isEqualTo(Verdict.Phase.FAILED);

        assertThat(pod.story).noneMatch(line -> line.startsWith("resume"));
    }

    @Test
    void beginsWhereAnotherBuildStopped() {
        pod.plan = durable(List.of(), List.of("one"));

        assertThat(workflow().run(BUILD).phase()).isEqualTo(Verdict.Phase.SUCCEEDED);
        assertThat(pod.story)
                .containsSubsequence("resume 0 after [one]", "watch two")
                .doesNotContain("watch one");
    }

    @Test
    void waitsForItsTurn() {
        pod.plan = new BuildActivities.Plan(
                null, false, false, List.of("one"), 600_000, true, false, List.of(), List.of());
        assertThat(workflow().run(BUILD).phase()).isEqualTo(Verdict.Phase.SUCCEEDED);
        assertThat(pod.story).containsSubsequence("validate", "await turn", "create");

        pod.turn = new BuildActivities.Turn(new BuildActivities.Refusal("ConcurrencyForbidden", "not now"), false);
        assertThat(workflow().run(BUILD))
                .isEqualTo(new Verdict(Verdict.Phase.FAILED, "ConcurrencyForbidden", "not now"));
    }

    @Test
    void canBeCancelledWhileItWaits() throws InterruptedException {
        pod.plan = new BuildActivities.Plan(
                null, false, false, List.of("one"), 600_000, true, false, List.of(), List.of());
        pod.hang = "turn";
        var workflow = workflow();
        WorkflowClient.start(workflow::run, BUILD);
        assertThat(pod.hanging.await(30, TimeUnit.SECONDS)).isTrue();

        workflow.cancel();

        assertThat(WorkflowStub.fromTyped(workflow).getResult(Verdict.class).phase())
                .isEqualTo(Verdict.Phase.CANCELLED);
        assertThat(pod.story).doesNotContain("create");
    }

    @Test
    void tellsItsPhaseToWhoeverSearches() {
        var whole = workflow();
        whole.run(BUILD);
        assertThat(phases(whole)).containsExactly("Validating", "Running", "Succeeded");

        pod.ends.put("one", new StepEnd(StepEnd.Kind.ENDED, "p", "one", "img", 2, null, null));
        var failed = workflow();
        failed.run(BUILD);
        assertThat(phases(failed)).containsExactly("Validating", "Running", "Failed");

        pod.plan = BuildActivities.Plan.refused("BuildValidationFailed", "no such template");
        var refused = workflow();
        refused.run(BUILD);
        assertThat(phases(refused)).containsExactly("Validating", "Failed");

        pod.ends.clear();
        pod.plan = new BuildActivities.Plan(
                null, false, false, List.of("one"), 600_000, true, false, List.of(), List.of());
        var queued = workflow();
        queued.run(BUILD);
        assertThat(phases(queued)).containsExactly("Validating", "Queued", "Running", "Succeeded");
    }

    @Test
    void tellsThatItEndedBeforeTheBuildDid() {
        pod.hang = "two";
        pod.plan = new BuildActivities.Plan(null, false, false, List.of("one", "two"), 1_500);
        var late = workflow();
        late.run(BUILD);
        assertThat(phases(late)).containsExactly("Validating", "Running", "TimedOut");

        pod.plan = new BuildActivities.Plan(null, false, true, List.of("one", "two"), 600_000);
        var cancelled = workflow();
        cancelled.run(BUILD);
        assertThat(phases(cancelled)).containsExactly("Validating", "Cancelled");
    }

    private List<String> phases(BuildWorkflow workflow) {
        return history(workflow).stream()
                .filter(HistoryEvent::hasUpsertWorkflowSearchAttributesEventAttributes)
                .map(event -> event.getUpsertWorkflowSearchAttributesEventAttributes()
                        .getSearchAttributes()
                        .getIndexedFieldsOrThrow(Wire.PHASE.getName())
                        .getData()
                        .toStringUtf8()
                        .replace("\"", ""))
                .toList();
    }

    /** By its own history: the clock of the environment runs on, in leaps, once nothing is open. */
    private Duration took(BuildWorkflow workflow) {
        var events = history(workflow);
        return Duration.ofSeconds(events.getLast().getEventTime().getSeconds()
                - events.getFirst().getEventTime().getSeconds());
    }

    private List<HistoryEvent> history(BuildWorkflow workflow) {
        var id = Objects.requireNonNull(WorkflowStub.fromTyped(workflow).getExecution())
                .getWorkflowId();
        return environment.getWorkflowClient().fetchHistory(id).getEvents();
    }

    private static StepEnd failed(int code) {
        return new StepEnd(StepEnd.Kind.ENDED, "p", "two", "img", code, null, null);
    }

    private static BuildActivities.Plan durable(List<RetryRule> retries, List<String> finished) {
        return new BuildActivities.Plan(
                null, false, false, List.of("one", "two"), 6_000_000, false, true, retries, finished);
    }

    private BuildWorkflow workflow() {
        return environment
                .getWorkflowClient()
                .newWorkflowStub(
                        BuildWorkflow.class,
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(Wire.BUILD_QUEUE)
                                .build());
    }
}
