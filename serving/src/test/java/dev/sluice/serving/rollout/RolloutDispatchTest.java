package dev.sluice.serving.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.RouteRollout;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.workflows.Payloads;
import dev.sluice.workflows.Wire;
import dev.sluice.workflows.Workflows;
import dev.sluice.workflows.rollout.RolloutActivities;
import dev.sluice.workflows.rollout.RolloutPhase;
import dev.sluice.workflows.rollout.RolloutRef;
import dev.sluice.workflows.rollout.RolloutState;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.WorkerOptions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RolloutDispatchTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final ObjectKey KEY = new ObjectKey("ns", "app");

    private final RouteOfTest stored = new RouteOfTest();
    private volatile Instant now = Instant.parse("2026-01-01T12:00:00Z");
    private TestWorkflowEnvironment environment;
    private RolloutDispatch dispatch;

    @BeforeEach
    void start() {
        var options = TestEnvironmentOptions.newBuilder()
                .setUseTimeskipping(false)
                .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build());
        List.of("SluiceKind", "SluiceNamespace", "SluiceName", "SluicePhase", "SluiceRevision")
                .forEach(name -> options.registerSearchAttribute(name, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD));
        environment = TestWorkflowEnvironment.newInstance(options.build());
        var worker = environment.newWorker(
                Wire.CONTROL_QUEUE,
                WorkerOptions.newBuilder()
                        .setDefaultDeadlockDetectionTimeout(10_000)
                        .build());
        Workflows.registerControl(worker);
        worker.registerActivitiesImplementations(stored);
        environment.start();
        InstantSource clock = () -> now;
        dispatch = new RolloutDispatch(environment.getWorkflowClient(), clock.withZone(ZoneOffset.UTC));
        dispatch.start();
    }

    @AfterEach
    void stop() {
        dispatch.close();
        environment.close();
    }

    /** What the Route controller does when it has found, or written, this. */
    private void offer(String phase, String candidate, boolean begins) {
        var route = new Route();
        route.setMetadata(new ObjectMetaBuilder()
                .withNamespace("ns")
                .withName("app")
                .withUid("uid")
                .build());
        dispatch.offer(route, new RouteRollout(phase, "r1", candidate, 0, null), begins);
    }

    private WorkflowStub run() {
        return environment.getWorkflowClient().newUntypedWorkflowStub(Wire.rolloutId("ns", "app", "uid"));
    }

    @Test
    void aNewerRevisionIsToldAgainWhenAStepUnderWayHasHiddenIt() {
        stored.says(RolloutPhase.PROGRESSING, "r2");
        offer("Progressing", "r2", true);
        await().atMost(SOON).until(() -> stored.written.contains("r2 1"));

        int looks = stored.looks;
        offer("Progressing", "r3", true); // whose status a step towards r2 has overwritten meanwhile
        await().atMost(SOON).until(() -> stored.looks > looks);
        assertThat(stored.written).doesNotContain("r3 1");

        stored.says(RolloutPhase.PROGRESSING, "r3"); // the Route controller puts that right
        offer("Progressing", "r3", true);
        await().atMost(SOON).until(() -> stored.written.contains("r3 1"));
    }

    @Test
    void aRolloutWhoseRunWasLostIsStartedAgainAfterAWhile() {
        stored.says(RolloutPhase.PROGRESSING, "r2");
        offer("Progressing", "r2", true);
        await().atMost(SOON).until(() -> stored.written.contains("r2 1"));
        run().terminate("lost");
        int looks = stored.looks;
        offer("Progressing", "r2", false);
        assertThat(dispatch.idle()).as("told a moment ago").isTrue();

        now = now.plus(RolloutDispatch.AGAIN);
        offer("Progressing", "r2", false);
        await().atMost(SOON).until(() -> stored.looks > looks);
    }

    @Test
    void aPausedRolloutEndsWhenItsRouteIsGone() {
        stored.says(RolloutPhase.PAUSED, "r2");
        offer("Progressing", "r2", true);
        await().atMost(SOON).until(() -> stored.looks > 0);
        // another controller, which has found it paused
        dispatch.close();
        dispatch = new RolloutDispatch(environment.getWorkflowClient(), Clock.systemUTC());
        dispatch.start();
        offer("Paused", "r2", false);

        stored.gone = true;
        dispatch.forget(KEY);
        await().atMost(SOON)
                .until(() ->
                        run().describe().getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED);
    }

    @Test
    void aRouteThatGoesWithoutAnOpenRunNeedsNobody() {
        offer("Completed", "r2", false);
        dispatch.forget(KEY);
        await().atMost(SOON).until(dispatch::idle);
        assertThat(stored.looks).isZero();
    }

    /** The Route as the API server has it. */
    private static final class RouteOfTest implements RolloutActivities {
        private volatile RolloutState state = RolloutState.NONE;
        private volatile boolean gone;
        private volatile int looks;
        private final List<String> written = new CopyOnWriteArrayList<>();

        void says(RolloutPhase phase, String candidate) {
            state = new RolloutState(phase, "r1", candidate, 0, "");
        }

        @Override
        public synchronized Facts load(RolloutRef ref) {
            looks = looks + 1;
            return new Facts(
                    gone,
                    state,
                    state.candidate(),
                    List.of("r3", "r2", "r1"),
                    Duration.ofHours(10).toMillis());
        }

        @Override
        public void write(RolloutRef ref, RolloutState next) {
            state = next;
            written.add(next.candidate() + " " + next.percent());
        }
    }
}
