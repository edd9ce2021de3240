package dev.sluice.activities.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildStatus;
import dev.sluice.api.conditions.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResumptionTest {
    @Test
    void letsOneBuildAtATimeGoOnInAWorkspace() {
        var failed = build("failed", 0, "steps: []", "False", "claim");
        var one = build("one", 1, "resume: {from: failed}", "Unknown", null);
        var other = build("other", 2, "resume: {from: failed}", "Unknown", null);
        var all = List.of(failed, one, other);

        assertThat(Resumption.rival(one, "claim", all)).isEmpty();
        assertThat(Resumption.rival(other, "claim", all)).contains(one);

        var further = build("further", 3, "resume: {from: one}", "Unknown", "claim");
        assertThat(Resumption.rival(other, "claim", List.of(failed, other, further)))
                .as("one that has it already, however it came to it")
                .contains(further);
        assertThat(Resumption.rival(other, "claim", List.of(failed, other))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{phase: Running, initContainerStatuses: [{name: s, state: {running: {}}}]}|claim|false|true",
                "{phase: Running, initContainerStatuses: [{name: s, state: {running: {}}}]}|other|false|false",
                "{phase: Pending, initContainerStatuses: [{name: s, state: {waiting: {}}}]}|claim|false|false",
                "{phase: Pending, initContainerStatuses: [{name: s, state: {waiting: {}}}]}|claim|true|true",
                "{phase: Failed, initContainerStatuses: [{name: s, state: {running: {}}}]}|claim|true|false"
            })
    void knowsWhichPodsMayStillWorkInAWorkspace(String status, String claim, boolean deleted, boolean works) {
        var pod = Serialization.unmarshal(
                "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  volumes: [{name: e, emptyDir: {}},"
                        + " {name: w, persistentVolumeClaim: {claimName: " + claim + "}}]\nstatus: " + status,
                Pod.class);
        pod.getMetadata().setDeletionTimestamp(deleted ? "2026-01-01T00:00:00Z" : null);

        assertThat(FurtherPods.worksIn(pod, "claim")).isEqualTo(works);
    }

    private static Build build(String name, int second, String spec, String succeeded, @Nullable String claim) {
        var build = BuildPodsTest.build(spec);
        build.getMetadata().setName(name);
        build.getMetadata().setUid("uid-" + name);
        build.getMetadata().setCreationTimestamp("2026-01-01T00:00:0" + second + "Z");
        build.setStatus(new BuildStatus(
                null,
                List.of(new Condition("Succeeded", succeeded, null, null, null, null)),
                null,
                null,
                null,
                null,
                List.of(),
                List.of(),
                null,
                List.of(),
                List.of(),
                claim));
        return build;
    }
}
