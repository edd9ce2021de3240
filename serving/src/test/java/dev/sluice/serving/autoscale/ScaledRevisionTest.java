package dev.sluice.serving.autoscale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.autoscale.ScalingDefaults;
import dev.sluice.model.autoscale.ScalingSpec;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionStat;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ScaledRevisionTest {
    private static final RevisionId ID = new RevisionId("ns", "rev-00001");
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration LIMIT = Duration.ofMinutes(11);

    private static ScalingSpec spec(boolean reachable, String... pairs) {
        var annotations = new HashMap<String, String>();
        for (int i = 0; i < pairs.length; i += 2) {
            annotations.put("autoscaling.knative.dev/" + pairs[i], pairs[i + 1]);
        }
        return ScalingSpec.of(
                Map.copyOf(annotations), 0, reachable, ScalingDefaults.knative().withGrace(Duration.ZERO));
    }

    private static ScaledRevision running(ScalingSpec spec, int pods) {
        var revision = new ScaledRevision(ID, spec, LIMIT, pods, pods, true, NOON);
        revision.pods(pods, NOON);
        return revision;
    }

    private static RevisionStat load(double concurrency, int queued) {
        return new RevisionStat(ID, concurrency, concurrency, queued, 0, 1);
    }

    private static Instant at(int second) {
        return NOON.plusSeconds(second);
    }

    @Test
    void aFreshProcessNeitherShrinksABusyRevisionNorStormsUp() {
        var revision = running(spec(true), 6);
        for (int second = 1; second < 60; second++) {
            revision.saw(at(second - 1), load(400, 0), at(second)); // 400 / 70 = 6 pods
            if (second % 2 == 0) {
                assertThat(revision.decide(at(second))).as("second %d", second).isEmpty();
            }
        }
    }

    @Test
    void tellsWhatTheLastDecisionWasMadeFrom() {
        var revision = running(spec(true, "window", "60s"), 2);
        for (int second = -60; second < 0; second++) {
            revision.saw(at(second), load(210, 0), at(0));
        }
        assertThat(revision.decide(at(0))).contains(new ScaledRevision.Step.Grow(3));
        var numbers = revision.numbers();
        assertThat(numbers).isEqualTo(new ScaleNumbers(ID, 3, 3, 2, numbers.load()));
        assertThat(numbers.load().metric()).isEqualTo(ScalingSpec.Metric.CONCURRENCY);
        assertThat(numbers.load().stable()).isEqualTo(210);
        assertThat(numbers.load().panic()).isEqualTo(210);
        assertThat(numbers.load().target()).isEqualTo(70);
        assertThat(numbers.load().excessBurst()).isEqualTo(2 * 100 - 211 - 210);
    }

    @Test
    void aSleepingRevisionHasNoLoad() {
        var revision = new ScaledRevision(ID, spec(true), LIMIT, 0, 0, true, NOON);
        assertThat(revision.numbers())
                .isEqualTo(new ScaleNumbers(
                        ID, 0, 0, 0, new ScaleNumbers.Load(ScalingSpec.Metric.CONCURRENCY, 0, 0, 70, 0, false)));
    }

    @Test
    void historyThatAGatewayTellsAgainCountsAndWakesNobody() {
        var revision = running(spec(true, "window", "60s"), 6);
        for (int second = -60; second < 0; second++) {
            assertThat(revision.saw(at(second), load(400, second == -1 ? 0 : 3), at(0)))
                    .isNotEqualTo(ScaledRevision.Seen.WAKE);
        }
        // the seconds before say six pods; without them the second after the restart would ask for twelve
        revision.saw(at(0), load(800, 0), at(1));
        assertThat(revision.decide(at(2))).contains(new ScaledRevision.Step.Grow(7));
    }

    @Test
    void oldReportsDoNotWakeARevisionThatHasGoneToSleepSince() {
        var revision = new ScaledRevision(ID, spec(true), LIMIT, 0, 0, true, NOON);
        assertThat(revision.saw(at(-30), load(1, 1), at(0))).isEqualTo(ScaledRevision.Seen.NOTHING);
        assertThat(revision.saw(at(-1), load(1, 1), at(0))).isEqualTo(ScaledRevision.Seen.WAKE);
    }

    @Test
    void aRaisedMinimumWakesASleepingRevisionAndALoweredOneLetsItSleep() {
        var revision = new ScaledRevision(ID, spec(true), LIMIT, 0, 0, true, NOON);
        assertThat(revision.busy()).isFalse();

        assertThat(revision.respec(spec(true, "min-scale", "2"), LIMIT)).isTrue();
        assertThat(revision.busy()).isTrue();
        assertThat(revision.decide(at(2))).contains(new ScaledRevision.Step.Grow(2));

        revision.observed(2, at(3));
        revision.pods(2, at(3));
        revision.respec(spec(true), LIMIT);
        assertThat(revision.decide(at(4)))
                .as("nobody asks for the second pod")
                .contains(new ScaledRevision.Step.Shrink(1));
    }

    @Test
    void aMinimumDoesNotHoldForARevisionThatNoRouteReaches() {
        var revision = new ScaledRevision(ID, spec(false, "min-scale", "2"), LIMIT, 0, 0, true, NOON);
        assertThat(revision.busy()).isFalse();
        assertThat(revision.decide(at(2))).isEmpty();
    }

    @Test
    void aScaleDownThatWaitsForALongRequestIsTakenBackWhenTheLoadReturns() {
        var revision = running(spec(true, "window", "6s"), 1);
        revision.pods(3, at(0));
        revision.observed(3, at(0));
        var shrink = revision.decide(at(2));
        assertThat(shrink).contains(new ScaledRevision.Step.Shrink(1));

        revision.saw(at(2), load(1000, 0), at(3)); // fifteen pods' worth, so it panics
        assertThat(revision.decide(at(4))).contains(new ScaledRevision.Step.Restore());
        assertThat(revision.shrinking()).isNull();
        assertThat(revision.decide(at(6))).contains(new ScaledRevision.Step.Grow(15));
    }

    @Test
    void eachDrainedPodMayGoUnlessTheScaleDownWasStopped() {
        var revision = running(spec(true, "window", "6s"), 1);
        revision.pods(3, at(0));
        revision.observed(3, at(0));
        revision.decide(at(2));
        var token = revision.shrinking();
        assertThat(token).isNotNull();

        assertThat(revision.shrunk(token, 2, false, at(3))).isTrue();
        assertThat(revision.replicas()).isEqualTo(2);
        assertThat(revision.cancelShrinking()).isTrue();
        assertThat(revision.shrunk(token, 1, true, at(4))).isFalse();
        assertThat(revision.replicas()).isEqualTo(2);
    }

    @Test
    void aFailedGrowthLeavesThePodsThatAreThere() {
        var revision = running(spec(true, "min-scale", "2", "window", "6s"), 8);
        revision.respec(spec(true, "min-scale", "9", "window", "6s"), LIMIT);
        assertThat(revision.decide(at(2))).contains(new ScaledRevision.Step.Grow(9));
        assertThat(revision.beginWrite()).hasValue(9);
        revision.notWritten(at(3));
        assertThat(revision.replicas()).isEqualTo(8);
        assertThat(revision.view().state()).isNotEqualTo(ScaleView.State.INACTIVE);
        assertThat(revision.decide(at(4))).as("tried again").contains(new ScaledRevision.Step.Grow(9));
    }

    @Test
    void aFailedShrinkingLeavesThePodsThatAreThere() {
        var revision = running(spec(true, "window", "6s"), 1);
        revision.pods(3, at(0));
        revision.observed(3, at(0));
        revision.decide(at(2));
        assertThat(revision.shrunk(Objects.requireNonNull(revision.shrinking()), 1, true, at(3)))
                .isTrue();
        assertThat(revision.beginWrite()).hasValue(1);
        revision.notWritten(at(4));
        assertThat(revision.replicas()).isEqualTo(3);
        assertThat(revision.decide(at(6))).as("tried again").contains(new ScaledRevision.Step.Shrink(1));
    }

    @Test
    void aWakeDuringTheWriteOfZeroIsWrittenAfterIt() {
        var revision = released();
        assertThat(revision.beginWrite()).hasValue(0);
        assertThat(revision.woken(at(101))).contains(new ScaledRevision.Step.Grow(1));
        assertThat(revision.beginWrite()).as("while a write is under way").isEmpty();
        revision.written(0, at(102));
        assertThat(revision.beginWrite()).hasValue(1);
        revision.written(1, at(103));
        assertThat(revision.beginWrite()).isEmpty();
    }

    @Test
    void aWakeBeforeTheWriteOfZeroReplacesIt() {
        var revision = released();
        assertThat(revision.woken(at(101))).contains(new ScaledRevision.Step.Grow(1));
        assertThat(revision.beginWrite()).hasValue(1);
        revision.written(1, at(102));
        assertThat(revision.beginWrite()).isEmpty();
    }

    @Test
    void aWakeIsWrittenAlsoAfterTheWriteOfZeroFailed() {
        var revision = released();
        assertThat(revision.beginWrite()).hasValue(0);
        revision.woken(at(101));
        revision.notWritten(at(102));
        assertThat(revision.replicas()).isEqualTo(1);
        assertThat(revision.beginWrite()).hasValue(1);
    }

    @Test
    void whatTheDeploymentSaysCountsOnceItCannotBeAnOlderEventAnyMore() {
        var revision = new ScaledRevision(ID, spec(true), LIMIT, 0, 0, true, NOON);
        revision.woken(at(0));
        assertThat(revision.beginWrite()).hasValue(1);
        revision.written(1, at(1));
        revision.observed(0, at(2)); // somebody else has written after us
        revision.decide(at(4));
        assertThat(revision.replicas()).as("may be older than our write").isEqualTo(1);
        revision.decide(at(12));
        assertThat(revision.replicas()).isZero();
        assertThat(revision.saw(at(12), load(1, 1), at(13))).isEqualTo(ScaledRevision.Seen.WAKE);
    }

    @Test
    void aDeploymentThatIsScaledUpAgainstAWriteOfZeroIsNotForgotten() {
        var revision = released();
        assertThat(revision.beginWrite()).hasValue(0);
        revision.written(0, at(100));
        revision.pods(0, at(100));
        assertThat(revision.busy()).isFalse();
        revision.observed(1, at(101));
        assertThat(revision.busy()).isTrue();
        revision.decide(at(111));
        assertThat(revision.replicas()).isEqualTo(1);
    }

    /** One whose last pod has drained, so that zero is to be written. */
    private static ScaledRevision released() {
        var revision = running(spec(true, "window", "6s"), 1);
        assertThat(revision.decide(at(99))).contains(new ScaledRevision.Step.Shrink(0));
        assertThat(revision.shrunk(Objects.requireNonNull(revision.shrinking()), 0, true, at(100)))
                .isTrue();
        return revision;
    }

    @Test
    void aQueueInFrontOfRunningPodsIsLookedAtBeforeTheNextTick() {
        var revision = running(spec(true), 1);
        assertThat(revision.saw(at(0), load(90, 20), at(1))).isEqualTo(ScaledRevision.Seen.DECIDE);
    }
}
