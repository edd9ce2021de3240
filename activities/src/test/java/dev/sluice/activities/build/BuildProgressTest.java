package dev.sluice.activities.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.build.BuildStatus;
import dev.sluice.api.conditions.Condition;
import dev.sluice.workflows.build.BuildActivities.StepEnd;
import dev.sluice.workflows.build.Verdict;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildProgressTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{phase: Pending, initContainerStatuses: [{name: s, state: {waiting: {reason: ErrImagePull, message: no such image}}}]}|Pending|build step \"s\" is pending with reason \"no such image\"",
                "{phase: Pending, conditions: [{type: PodScheduled, status: 'False', message: no nodes}]}|Pending|pod status \"PodScheduled\":\"False\"; message: \"no nodes\"",
                "{phase: Pending, message: m}|Pending|m",
                "{phase: Pending}|Pending|Pending",
                "{phase: Running}|Building|",
                "{phase: Pending, initContainerStatuses: [{name: s, state: {running: {}}}]}|Building|"
            })
    void saysWhatThePodWaitsFor(String podStatus, String reason, String message) {
        var status = BuildProgress.running(BuildStatus.EMPTY, 3, pod(podStatus), NOON);

        var condition = status.succeeded().orElseThrow();
        assertThat(condition)
                .isEqualTo(new Condition("Succeeded", "Unknown", null, "2026-01-01T12:00:00Z", reason, message));
        assertThat(status.builder()).isEqualTo("Cluster");
        assertThat(status.startTime()).isEqualTo("2026-01-01T11:59:00Z");
        assertThat(status.completionTime()).isNull();
    }

    @Test
    void hidesNoStepAndCollectsResults() {
        var pod = pod("""
                phase: Succeeded
                initContainerStatuses:
                - {name: build-step-credential-initializer, state: {terminated: {exitCode: 0}}}
                - {name: build-step-git-source-0, state: {terminated: {exitCode: 0, message: '{"commit":"abc"}'}}}
                - {name: build-step-custom-source, state: {terminated: {exitCode: 0}}}
                - {name: build-step-push, state: {terminated: {exitCode: 0, message: '{"image":"r/a:1","digest":"sha256:d"}'}}}
                """);

        var status =
                BuildProgress.ended(BuildStatus.EMPTY, 1, pod, new Verdict(Verdict.Phase.SUCCEEDED, null, null), NOON);

        assertThat(status.stepsCompleted()).containsExactly("build-step-custom-source", "build-step-push");
        assertThat(status.stepStates()).hasSize(2);
        assertThat(status.commits()).containsExactly(new BuildStatus.Commit("build-step-git-source-0", "abc"));
        assertThat(status.image()).isEqualTo(new BuildStatus.Image("r/a:1", "sha256:d"));
        assertThat(new BuildStatus.Image("r:5000/a:1", "sha256:d").pinned()).contains("r:5000/a@sha256:d");
        assertThat(status.completionTime()).isEqualTo("2026-01-01T12:00:00Z");
        assertThat(status.done()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {
                "\"12.5MB\"|null",
                "1.0|null",
                "{}|null",
                "-1|null",
                "\"99999999999999999999\"|null",
                "17|17",
                "\"17\"|17"
            })
    void takesASizeOnlyWhereItIsOne(String said, @Nullable Long size) {
        var pod = pod("""
                phase: Succeeded
                initContainerStatuses:
                - {name: build-step-own, state: {terminated: {exitCode: 0, message: '{"image":"r/a","digest":"sha256:d","size":SIZE}'}}}
                """.replace("SIZE", said));
        var image = new BuildStatus.Image("r/a", "sha256:d", size);

        assertThat(BuildProgress.running(BuildStatus.EMPTY, 1, pod, NOON).image())
                .isEqualTo(image);
        assertThat(BuildProgress.ended(
                                BuildStatus.EMPTY, 1, pod, new Verdict(Verdict.Phase.SUCCEEDED, null, null), NOON)
                        .image())
                .isEqualTo(image);
    }

    @Test
    void endsWhateverThePodSays() {
        var strange = pod("{phase: Failed, initContainerStatuses: [{state: {terminated: {exitCode: 0}}}]}");

        var status = BuildProgress.ended(
                BuildStatus.EMPTY, 1, strange, new Verdict(Verdict.Phase.FAILED, "BuildFailed", "why"), NOON);

        assertThat(status.done()).isTrue();
        assertThat(status.stepsCompleted()).isEmpty();
    }

    @Test
    void showsAStepThatIsNamedLikeASource() {
        var pod = pod("""
                phase: Running
                initContainerStatuses:
                - {name: build-step-git-source-0, state: {terminated: {exitCode: 0}}}
                - {name: build-step-git-source-mine, state: {terminated: {exitCode: 0}}}
                """);
        pod.getMetadata().setAnnotations(Map.of(Sources.ANNOTATION, "build-step-git-source-0"));

        assertThat(BuildProgress.running(BuildStatus.EMPTY, 1, pod, NOON).stepsCompleted())
                .containsExactly("build-step-git-source-mine");
    }

    /** Of three Builds each goes on from the one before. */
    @Test
    void knowsInAResumedBuildWhatTheEarlierOneHasDone() {
        var verdict = new Verdict(Verdict.Phase.FAILED, "BuildFailed", "why");
        var first = BuildProgress.ended(BuildStatus.EMPTY, 1, pod("""
                phase: Failed
                initContainerStatuses:
                - {name: build-step-git-source-0, state: {terminated: {exitCode: 0, message: '{"commit":"abc"}'}}}
                - {name: build-step-one, state: {terminated: {exitCode: 0, startedAt: '2026-01-01T11:59:10Z'}}}
                - {name: build-step-two, state: {terminated: {exitCode: 1}}}
                """), verdict, NOON);
        var further = pod("""
                phase: Failed
                initContainerStatuses:
                - {name: build-step-two, state: {terminated: {exitCode: 0}}}
                - {name: build-step-three, state: {terminated: {exitCode: 1}}}
                """);
        further.getMetadata()
                .setAnnotations(Map.of(
                        FurtherPods.FINISHED, "build-step-git-source-0,build-step-one", FurtherPods.NUMBER, "0"));

        var second = BuildProgress.ended(BuildStatus.EMPTY.goingOnFrom(first), 1, further, verdict, NOON);

        assertThat(second.stepsCompleted()).containsExactly("build-step-one", "build-step-two", "build-step-three");
        assertThat(second.stepStates())
                .extracting(state -> state.getTerminated().getExitCode())
                .containsExactly(0, 0, 1);
        assertThat(second.stepStates().getFirst().getTerminated().getStartedAt())
                .isEqualTo("2026-01-01T11:59:10Z");
        assertThat(second.commits()).isEqualTo(first.commits());
        assertThat(BuildProgress.ended(BuildStatus.EMPTY, 1, further, verdict, NOON)
                        .stepStates())
                .as("where the earlier Build is not known")
                .hasSize(3);
        var build = BuildPodsTest.build("steps: []");
        build.setStatus(second);
        assertThat(Resumption.begin(
                                build,
                                List.of(
                                        "build-step-git-source-0",
                                        "build-step-one",
                                        "build-step-two",
                                        "build-step-three",
                                        "nop"),
                                "it")
                        .finished())
                .containsExactly("build-step-git-source-0", "build-step-one", "build-step-two");
    }

    @Test
    void keepsWhatWasKnownWhenThePodIsGone() {
        var before = BuildProgress.running(
                BuildStatus.EMPTY,
                1,
                pod(
                        "{phase: Pending, initContainerStatuses: [{name: build-step-a, state: {terminated: {exitCode: 0}}}]}"),
                NOON);

        var status = BuildProgress.ended(before, 1, null, new Verdict(Verdict.Phase.FAILED, "PodLost", "gone"), NOON);

        assertThat(status.stepsCompleted()).containsExactly("build-step-a");
        assertThat(status.startTime()).isEqualTo(before.startTime());
        assertThat(status.succeeded().orElseThrow().reason()).isEqualTo("PodLost");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {
                "{\"reason\":\"GitError\",\"message\":\"it broke\"}|GitError|it broke",
                "plain words|null|plain words",
                "{broken|null|{broken",
                "''|null|null"
            })
    void takesTheStepsOwnWordForAFailure(String termination, String reason, String message) {
        var pod = pod(
                "phase: Failed\ninitContainerStatuses:\n- {name: s, image: i, state: {terminated: {exitCode: 3, message: '"
                        + termination + "'}}}");

        assertThat(StepWatch.end("p", "s", pod))
                .contains(new StepEnd(StepEnd.Kind.ENDED, "p", "s", "i", 3, reason, message));
    }

    @Test
    void tellsAPodThatFailedFromOneThatIsGone() {
        assertThat(StepWatch.end("p", "s", null)).map(StepEnd::kind).contains(StepEnd.Kind.LOST);
        assertThat(StepWatch.end("p", "s", pod("{phase: Failed, reason: Evicted, message: disk}")))
                .contains(new StepEnd(StepEnd.Kind.POD_FAILED, "p", "s", "", -1, "Evicted", "disk"));
        assertThat(StepWatch.end("p", "s", pod("{phase: Running}"))).isEmpty();
    }

    @Test
    void countsAPodThatItsNodeTookWithItAsLostUnlessTheStepHadSucceeded() {
        var restarted = pod("""
                phase: Failed
                initContainerStatuses:
                - {name: before, image: i, state: {terminated: {exitCode: 0}}}
                - {name: s, image: i, state: {terminated: {exitCode: 255, reason: Unknown}}}
                """);

        assertThat(StepWatch.end("p", "before", restarted))
                .map(StepEnd::succeeded)
                .contains(true);
        assertThat(StepWatch.end("p", "s", restarted)).map(StepEnd::kind).contains(StepEnd.Kind.LOST);
        var deleted = pod("{phase: Running}");
        deleted.getMetadata().setDeletionTimestamp("2026-01-01T12:00:00Z");
        assertThat(StepWatch.end("p", "s", deleted)).map(StepEnd::kind).contains(StepEnd.Kind.LOST);
    }

    private static Pod pod(String status) {
        return Serialization.unmarshal(
                "apiVersion: v1\nkind: Pod\nmetadata: {namespace: n, name: p, creationTimestamp: '2026-01-01T11:59:00Z'}\nstatus:\n"
                        + status.indent(2),
                Pod.class);
    }
}
