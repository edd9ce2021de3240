package dev.sluice.workflows.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.workflows.Payloads;
import dev.sluice.workflows.Wire;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.WorkerOptions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What can keep a build from its first step, with a worker that does two things at a time. */
class BuildBeginningTest {
    private static final BuildRef BUILD = new BuildRef("n", "b", "u");

    private final FakePod pod = new FakePod();
    private TestWorkflowEnvironment environment;

    @BeforeEach
    void start() {
        environment = TestWorkflowEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build())
                .registerSearchAttribute("SluicePhase", IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
                .build());
        var worker = environment.newWorker(
                Wire.BUILD_QUEUE,
                WorkerOptions.newBuilder()
                        .setDefaultDeadlockDetectionTimeout(10_000)
                        .setMaxConcurrentActivityExecutionSize(2)
                        .build());
        worker.registerWorkflowImplementationTypes(BuildWorkflowImpl.class);
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
    void timesOutWhereNoPodCanBeMade() {
        pod.broken = "create";
        pod.plan = new BuildActivities.Plan(null, false, false, List.of("one"), 5_000);

        assertThat(workflow().run(BUILD))
                .isEqualTo(
                        new Verdict(
                                Verdict.Phase.TIMED_OUT,
                                "BuildTimeout",
                                "Build \"b\" failed to finish within \"5s\": no pod could be made for it: failed calling webhook \"foreign\""));
        assertThat(pod.story).containsSubsequence("create", "create", "finish TIMED_OUT", "delete");
    }

    @Test
    void canBeCancelledWhereNoPodCanBeMade() throws InterruptedException {
        pod.broken = "create";

        assertThat(cancelled()).isEqualTo(Verdict.Phase.CANCELLED);
        assertThat(pod.story).containsSubsequence("create", "finish CANCELLED", "delete");
    }

    @Test
    void canBeCancelledWhileItCannotBeChecked() throws InterruptedException {
        pod.broken = "validate";

        assertThat(cancelled()).isEqualTo(Verdict.Phase.CANCELLED);
        assertThat(pod.story).contains("finish CANCELLED").doesNotContain("create");
    }

    @Test
    void waitsWithoutTakingAPlaceOfTheBuildsThatRun() throws InterruptedException {
        pod.hang = "turn";
        pod.plans.put(
                "queued",
                new BuildActivities.Plan(
                        null, false, false, List.of("one"), 600_000, true, false, List.of(), List.of()));
        var queued = new BuildRef("n", "queued", "u");
        var waiting = IntStream.range(0, 3).mapToObj(_ -> started(queued)).toList();
        assertThat(pod.queued.await(30, TimeUnit.SECONDS)).isTrue();

        assertThat(end(started(BUILD))).isEqualTo(Verdict.Phase.SUCCEEDED);
        pod.released.countDown();

        assertThat(waiting).extracting(this::end).containsOnly(Verdict.Phase.SUCCEEDED);
    }

    private Verdict.Phase cancelled() throws InterruptedException {
        var workflow = started(BUILD);
        assertThat(pod.hanging.await(30, TimeUnit.SECONDS)).isTrue();
        workflow.cancel();
        return end(workflow);
    }

    private BuildWorkflow started(BuildRef build) {
        var workflow = workflow();
        WorkflowClient.start(workflow::run, build);
        return workflow;
    }

    /** One that never ends fails the test instead of holding it. */
    private Verdict.Phase end(BuildWorkflow workflow) {
        try {
            return WorkflowStub.fromTyped(workflow)
                    .getResult(60, TimeUnit.SECONDS, Verdict.class)
                    .phase();
        } catch (java.util.concurrent.TimeoutException e) {
            throw new AssertionError("the build does not end: " + pod.story, e);
        }
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
