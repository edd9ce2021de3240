package dev.sluice.activities.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildStatus;
import dev.sluice.api.conditions.Condition;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final Instant LATER = Instant.parse("2026-01-01T01:00:00Z");

    @Test
    void letsAnyNumberRunThatAskForNothing() {
        var builds = List.of(build("a", 0, ""), build("b", 1, ""), build("c", 2, "policy: Allow, group: g"));
        assertThat(builds).allSatisfy(b -> assertThat(place(b, builds, 0)).isInstanceOf(Turns.Place.Now.class));
    }

    @Test
    void queuesInTheOrderOfCreation() {
        var builds =
                List.of(build("a", 0, "policy: Queue"), build("b", 1, "policy: Queue"), build("c", 2, "policy: Queue"));
        assertThat(place(builds.get(0), builds, 0)).isInstanceOf(Turns.Place.Now.class);
        assertThat(place(builds.get(1), builds, 0)).isEqualTo(new Turns.Place.Wait(builds.subList(0, 1)));
        assertThat(place(builds.get(2), builds, 0)).isEqualTo(new Turns.Place.Wait(builds.subList(0, 2)));
        assertThat(place(builds.get(2), builds.subList(2, 3), 0)).isInstanceOf(Turns.Place.Now.class);
    }

    @Test
    void countsOnlyTheOwnGroupUpToItsLimit() {
        var builds = List.of(
                build("a", 0, "policy: Queue, group: g, limit: 2"),
                build("b", 1, "policy: Queue, group: h, limit: 2"),
                build("c", 2, "policy: Queue, group: g, limit: 2"),
                build("d", 3, "policy: Queue, group: g, limit: 2"));
        assertThat(place(builds.get(2), builds, 0)).isInstanceOf(Turns.Place.Now.class);
        assertThat(place(builds.get(3), builds, 0))
                .isEqualTo(new Turns.Place.Wait(List.of(builds.get(0), builds.get(2))));
    }

    @Test
    void forbidsBesideAnotherAndReplacesIt() {
        var first = build("a", 0, "policy: Allow, group: g");
        var builds =
                List.of(first, build("b", 1, "policy: Forbid, group: g"), build("c", 2, "policy: Replace, group: g"));
        assertThat(place(builds.get(1), builds, 0))
                .as("a build that may run beside others stands in nobody's way")
                .isInstanceOf(Turns.Place.Now.class);
        var one = build("x", 0, "policy: Forbid, group: g");
        var both = List.of(one, builds.get(1), builds.get(2));
        assertThat(place(builds.get(1), both, 0)).isEqualTo(new Turns.Place.Forbidden(one));
        assertThat(place(builds.get(2), both, 0)).isEqualTo(new Turns.Place.Replaces(List.of(one, builds.get(1))));
    }

    @Test
    void whatHasAPodKeepsItsPlace() {
        var younger = started(build("b", 1, "policy: Queue"));
        var older = build("a", 0, "policy: Queue");
        var builds = List.of(older, younger);
        assertThat(place(younger, builds, 0)).isInstanceOf(Turns.Place.Now.class);
        assertThat(place(older, builds, 0)).isEqualTo(new Turns.Place.Wait(List.of(younger)));
    }

    @Test
    void holdsTheLimitOfTheNamespaceForAll() {
        var builds = List.of(
                build("a", 0, "policy: Queue, group: g"),
                build("b", 1, "policy: Queue, group: g"),
                build("c", 2, ""),
                build("d", 3, ""));
        assertThat(place(builds.get(2), builds, 2))
                .as("one that waits for its group takes no place")
                .isInstanceOf(Turns.Place.Now.class);
        assertThat(place(builds.get(3), builds, 2)).isInstanceOf(Turns.Place.Wait.class);
    }

    @Test
    void waitsOutTheSecondInWhichSeveralWereMade() {
        var builds = List.of(build("a", 0, "policy: Queue"), build("b", 0, "policy: Queue"));
        var made = Instant.parse("2026-01-01T00:00:00Z");
        assertThat(Turns.of(builds.get(0), builds, Set.of(), 0, made.plusMillis(300)))
                .isEqualTo(new Turns.Place.Wait(List.of()));
        assertThat(Turns.of(builds.get(0), builds, Set.of(), 0, made.plusMillis(1_200)))
                .isInstanceOf(Turns.Place.Now.class);
        assertThat(Turns.of(builds.get(1), builds, Set.of(), 0, made.plusMillis(1_200)))
                .isEqualTo(new Turns.Place.Wait(builds.subList(0, 1)));
    }

    @Test
    void keepsThePlaceOfWhatStillRunsAfterItsEnd() {
        var old = started(build("a", 0, "policy: Queue"));
        end(old, "2026-01-01T00:59:30Z");
        var builds = List.of(old, build("b", 1, "policy: Replace"), build("c", 2, "policy: Forbid"));
        var leaving = Turns.leaving(builds, () -> List.of(pod(old, "Running")), LATER);

        assertThat(leaving).containsExactly("uid-a");
        assertThat(Turns.of(builds.get(1), builds, leaving, 0, LATER))
                .isEqualTo(new Turns.Place.Replaces(List.of(old)));
        assertThat(Turns.of(builds.get(2), List.of(old, builds.get(2)), leaving, 0, LATER))
                .as("what has ended forbids nothing")
                .isEqualTo(new Turns.Place.Wait(List.of(old)));
        assertThat(Turns.leaving(builds, () -> List.of(pod(old, "Failed")), LATER))
                .isEmpty();
        var accompanied = pod(old, "Running");
        accompanied
                .getStatus()
                .setContainerStatuses(List.of(new ContainerStatusBuilder()
                        .withName(BuildPods.NOP)
                        .withNewState()
                        .withNewTerminated()
                        .endTerminated()
                        .endState()
                        .build()));
        assertThat(Turns.leaving(builds, () -> List.of(accompanied), LATER))
                .as("all but a container of somebody else's has ended")
                .isEmpty();
        assertThat(Turns.leaving(builds, () -> List.of(pod(old, "Running")), LATER.plusSeconds(300)))
                .as("on a node that says nothing any more")
                .isEmpty();
        assertThat(Turns.leaving(
                        builds.subList(1, 3),
                        () -> {
                            throw new AssertionError("pods are asked for without need");
                        },
                        LATER))
                .isEmpty();
    }

    private static void end(Build build, String time) {
        var s = build.getStatus();
        build.setStatus(new BuildStatus(
                null,
                List.of(new Condition("Succeeded", "False", null, time, "BuildCancelled", null)),
                null,
                s.cluster(),
                null,
                time,
                List.of(),
                List.of(),
                null,
                List.of(),
                List.of(),
                null));
    }

    private static Pod pod(Build build, String phase) {
        return new PodBuilder()
                .withNewMetadata()
                .addNewOwnerReference()
                .withUid(build.getMetadata().getUid())
                .endOwnerReference()
                .endMetadata()
                .withNewStatus()
                .withPhase(phase)
                .endStatus()
                .build();
    }

    private static Turns.Place place(Build build, List<Build> all, int most) {
        return Turns.of(build, all, Set.of(), most, LATER);
    }

    private static Build build(String name, int second, String concurrency) {
        var build = Serialization.unmarshal(
                "spec: {steps: [{image: i}]" + (concurrency.isEmpty() ? "" : ", concurrency: {" + concurrency + "}")
                        + "}",
                Build.class);
        build.getMetadata().setName(name);
        build.getMetadata().setUid("uid-" + name);
        build.getMetadata().setCreationTimestamp("2026-01-01T00:00:0" + second + "Z");
        return build;
    }

    private static Build started(Build build) {
        var s = BuildStatus.EMPTY;
        build.setStatus(new BuildStatus(
                null,
                s.conditions(),
                null,
                new BuildStatus.Cluster("n", "pod"),
                null,
                null,
                List.of(),
                List.of(),
                null,
                List.of(),
                List.of(),
                null));
        return build;
    }
}
