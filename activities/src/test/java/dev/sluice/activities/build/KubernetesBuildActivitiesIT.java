package dev.sluice.activities.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.workflows.build.BuildActivities;
import dev.sluice.workflows.build.BuildActivities.Attempt;
import dev.sluice.workflows.build.BuildRef;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestActivityEnvironment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Activities against an API server that does what only another process or bad luck would make a real one do. */
class KubernetesBuildActivitiesIT {
    private static final BuildRef REF = new BuildRef("n", "b", "u");
    private static final String POD = BuildPods.name(REF);
    private static final String DONE = "{conditions: [{type: Succeeded, status: 'False', reason: BuildCancelled}]}";

    @TempDir
    Path folder;

    private FakeApi api;
    private KubernetesClient client;
    private TestActivityEnvironment environment;
    private BuildActivities activities;

    @BeforeEach
    void start() throws IOException {
        api = new FakeApi();
        client = api.client();
        environment = TestActivityEnvironment.newInstance();
        environment.registerActivitiesImplementations(new KubernetesBuildActivities(
                client,
                new BuildPodSettings("r/step:1", List.of(), Map.of()),
                new LogArchive(folder),
                Clock.systemUTC()));
        activities = environment.newActivityStub(BuildActivities.class);
    }

    @AfterEach
    void stop() {
        environment.close();
        client.close();
        api.close();
    }

    @Test
    void leavesNoPodOfABuildThatWasEndedMeanwhile() {
        api.build("{steps: [{image: i}]}", "{}");
        api.whenPodIsMade = () -> api.build("{steps: [{image: i}]}", DONE);

        assertThat(activities.createPod(REF).gone()).isTrue();
        assertThat(api.objects).doesNotContainKey(FakeApi.PODS + POD);
    }

    @Test
    void makesAFurtherPodWhenNothingRunsInTheWorkspaceAnyMore() {
        podThatWorks();
        var further = new Attempt(REF, 1, List.of(), null);

        assertThatThrownBy(() -> activities.resumePod(further))
                .hasRootCauseInstanceOf(ApplicationFailure.class)
                .rootCause()
                .hasMessageContaining("pod " + POD + " still works in the workspace of build n/b");
        assertThat(api.deleted).containsExactly(POD + " 1");
        assertThat(activities.resumePod(further).pod()).isEqualTo(POD + "-1");
    }

    @Test
    void waitsForAnotherBuildThatRunsInTheWorkspaceAndEndsWhatIsLeftOfIt() {
        podThatWorks();
        var other = FakeApi.BUILD.replaceFirst("b$", "other");
        api.object(FakeApi.PODS + POD)
                .withObject("/metadata")
                .withArray("ownerReferences")
                .removeAll()
                .addObject()
                .put("name", "other")
                .put("uid", "o");
        api.put(other, "metadata: {name: other, namespace: n, uid: o}\nstatus: {}");
        var further = new Attempt(REF, 1, List.of(), null);

        assertThatThrownBy(() -> activities.resumePod(further))
                .rootCause()
                .hasMessageContaining("still works in the workspace");
        assertThat(api.deleted).isEmpty();

        api.put(other, "metadata: {name: other, namespace: n, uid: o}\nstatus: " + DONE);
        assertThatThrownBy(() -> activities.resumePod(further))
                .rootCause()
                .hasMessageContaining("still works in the workspace");
        assertThat(api.deleted).containsExactly(POD + " 1");
    }

    /** The first pod of the build, with a step that runs. */
    private void podThatWorks() {
        api.build("{resume: {}, steps: [{name: one, image: i}]}", "{}");
        activities.createPod(REF);
        var claim = api.object(FakeApi.PODS + POD)
                .at("/spec/volumes/0/persistentVolumeClaim/claimName")
                .asText();
        assertThat(claim).startsWith("b-workspace-");
        api.object(FakeApi.PODS + POD)
                .putObject("status")
                .put("phase", "Running")
                .putArray("initContainerStatuses")
                .addObject()
                .put("name", "build-step-one")
                .putObject("state")
                .putObject("running");
    }

    @Test
    void refusesWhatNoPodCanBeMadeOf() {
        api.build("{steps: [{image: i, volumeMounts: [{name: v, mountPath: \"/a\\0b\"}]}]}", "{}");

        var refused = activities.validate(REF).refused();

        assertThat(refused).isNotNull();
        assertThat(refused.reason()).isEqualTo("BuildValidationFailed");
        assertThat(refused.message()).contains("no pod can be made of the Build", "Nul character not allowed");
    }
}
