package dev.sluice.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.activities.rollout.KubernetesRolloutActivities;
import dev.sluice.api.serving.KnativeService;
import dev.sluice.api.serving.Route;
import dev.sluice.serving.rollout.Rollouts;
import dev.sluice.temporaldev.TemporalDev;
import dev.sluice.workflows.Payloads;
import dev.sluice.workflows.Wire;
import dev.sluice.workflows.Workflows;
import dev.sluice.workflows.rollout.RolloutPhase;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowExecutionMetadata;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Rollouts on a real Temporal server and a real control plane. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RolloutIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Map<String, String> NONE = Map.of();
    private static final String DURATION = "serving.knative.dev/rollout-duration";

    private TemporalDev temporal;
    private WorkflowServiceStubs stubs;
    private WorkflowClient workflows;
    private WorkerFactory workers;
    private Platform platform;
    private Rollouts rollouts;

    @BeforeAll
    void start(@TempDir Path folder) {
        temporal = TemporalDev.start(TemporalDev.Options.in(folder.resolve("temporal"), System::getenv)
                .withSearchAttributes(Map.of(
                        "SluiceKind", "Keyword",
                        "SluiceNamespace", "Keyword",
                        "SluiceName", "Keyword",
                        "SluicePhase", "Keyword",
                        "SluiceRevision", "Keyword")));
        stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(temporal.target())
                .build());
        workflows = WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build());
        platform = new Platform(
                folder.resolve("kube"), workflows, ServingConfig.local("localhost", 8080, "10.1.2.3", 8080));
        rollouts = new Rollouts(workflows, platform.client);
        startWorkers();
    }

    private void startWorkers() {
        workers = WorkerFactory.newInstance(workflows);
        var worker = workers.newWorker(Wire.CONTROL_QUEUE);
        Workflows.registerControl(worker);
        worker.registerActivitiesImplementations(new KubernetesRolloutActivities(platform.client, () -> Duration.ZERO));
        workers.start();
    }

    @AfterAll
    void stop() throws Exception {
        var folder = System.getProperty("export.histories");
        if (folder != null) {
            export(Path.of(folder));
        }
        workers.shutdownNow();
        platform.close();
        stubs.shutdownNow();
        temporal.close();
    }

    @Test
    void requestsMoveStepByStepAndUndoBringsThemBackAtOnce() throws Exception {
        twoRevisions("steps", "5s");
        await().atMost(SOON).until(() -> phase("steps").equals("Completed"));
        await().atMost(SOON)
                .until(() -> split("steps").equals(Map.of("app-00002", 100))); // which serves what it is told

        var shares = platform.gateway.tables.stream()
                .flatMap(table -> Optional.ofNullable(table.hosts().get("app.steps.localhost")).stream())
                .map(RecordingGateway::percents)
                .map(percents -> percents.getOrDefault("app-00002", 0))
                .distinct()
                .toList();
        assertThat(shares).startsWith(0, 1).endsWith(100).hasSizeGreaterThan(4).isSorted();
        await().atMost(SOON).until(() -> ready("steps").equals("True"));

        var undone = rollouts.undo("steps", "app", Optional.empty());

        assertThat(undone.phase()).isEqualTo(RolloutPhase.ROLLED_BACK);
        await().atMost(Duration.ofSeconds(5)).until(() -> split("steps").equals(Map.of("app-00001", 100)));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(Platform.condition(
                                platform.service("steps", "app").getStatus().conditions(), "RolledBack"))
                        .isEqualTo("True RolledBack"));
        assertThat(ready("steps")).isEqualTo("True");

        rollouts.retry("steps", "app");
        await().atMost(SOON).until(() -> split("steps").equals(Map.of("app-00002", 100)));
    }

    @Test
    void aPausedRolloutHoldsUntilItIsPromoted() throws Exception {
        twoRevisions("paused", "60s");
        await().atMost(SOON).until(() -> split("paused").size() == 2);

        var paused = rollouts.pause("paused", "app");
        assertThat(paused.phase()).isEqualTo(RolloutPhase.PAUSED);
        await().atMost(SOON).until(() -> ready("paused").equals("True"));
        assertThatThrownBy(() -> rollouts.pause("paused", "app")).hasMessageContaining("the rollout is paused already");

        rollouts.promote("paused", "app");
        await().atMost(SOON).until(() -> split("paused").equals(Map.of("app-00002", 100)));
        await().atMost(SOON).until(() -> ready("paused").equals("True"));
    }

    @Test
    void aPausedRolloutEndsWhoseRouteWentWhileNobodyLooked() throws Exception {
        twoRevisions("left", "60s");
        await().atMost(SOON).until(() -> split("left").size() == 2);
        rollouts.pause("left", "app");
        var uid = Rollouts.uid(platform.route("left", "app"));

        platform.restartServing(() -> List.of(KnativeService.class, Route.class)
                .forEach(kind -> platform.client
                        .resources(kind)
                        .inNamespace("left")
                        .withName("app")
                        .withTimeout(30, TimeUnit.SECONDS)
                        .delete()));

        var run = workflows.newUntypedWorkflowStub(Wire.rolloutId("left", "app", uid));
        await().atMost(SOON)
                .until(() -> run.describe().getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED);
    }

    @Test
    void anAbortedRolloutSaysSoAndKeepsTheStableRevision() throws Exception {
        twoRevisions("aborted", "60s");
        await().atMost(SOON).until(() -> split("aborted").size() == 2);

        rollouts.abort("aborted", "app");

        await().atMost(SOON).until(() -> split("aborted").equals(Map.of("app-00001", 100)));
        await().atMost(SOON).until(() -> ready("aborted").equals("False RolloutAborted"));
    }

    @Test
    void aRolloutGoesOnAfterItsWorkersAndServingWereAway() throws Exception {
        twoRevisions("away", "6s");
        await().atMost(SOON).until(() -> split("away").size() == 2);

        workers.shutdownNow();
        platform.restartServing();
        assertThat(split("away")).hasSize(2);
        startWorkers();

        await().atMost(SOON).until(() -> split("away").equals(Map.of("app-00002", 100)));
    }

    @Test
    void withoutADurationAnUndoStillWorks() throws Exception {
        twoRevisions("jump", "0s");
        await().atMost(SOON).until(() -> split("jump").equals(Map.of("app-00002", 100)));

        rollouts.undo("jump", "app", Optional.of("app-00001"));
        await().atMost(SOON).until(() -> split("jump").equals(Map.of("app-00001", 100)));

        platform.apply("jump", "app", Platform.image("three"), NONE, NONE);
        await().atMost(SOON).until(() -> split("jump").equals(Map.of("app-00003", 100)));
    }

    /** Every run of this test, for the replay tests: named by namespace and the order of the runs. */
    private void export(Path folder) throws Exception {
        Files.createDirectories(folder);
        var runs = workflows
                .listExecutions("WorkflowType = 'RolloutWorkflow'")
                .sorted(Comparator.comparing(WorkflowExecutionMetadata::getStartTime))
                .toList();
        for (int i = 0; i < runs.size(); i++) {
            var execution = runs.get(i).getExecution();
            var namespace = Path.of(execution.getWorkflowId()).getName(1);
            Files.writeString(
                    folder.resolve(namespace + "-" + i + ".json"),
                    workflows
                            .fetchHistory(execution.getWorkflowId(), execution.getRunId())
                            .toJson(true));
        }
    }

    private void twoRevisions(String namespace, String duration) throws Exception {
        platform.namespace(namespace);
        platform.apply(namespace, "app", Platform.image("one"), Map.of(DURATION, duration), NONE);
        await().atMost(SOON).until(() -> ready(namespace).equals("True"));
        platform.apply(namespace, "app", Platform.image("two"), Map.of(DURATION, duration), NONE);
    }

    private Map<String, Integer> split(String namespace) {
        return platform.gateway.split("app." + namespace + ".localhost");
    }

    private String phase(String namespace) {
        var rollout = platform.route(namespace, "app").getStatus().rollout();
        return rollout == null || rollout.phase() == null || !"app-00002".equals(rollout.candidateRevision())
                ? ""
                : rollout.phase();
    }

    private String ready(String namespace) {
        return Platform.condition(platform.service(namespace, "app").getStatus().conditions(), "Ready");
    }
}
