package dev.sluice.model.autoscale;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ScalerTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    static LongStream seeds() {
        return new Random(42).longs(200);
    }

    private static ScalingSpec spec(String... pairs) {
        var annotations = new java.util.HashMap<String, String>();
        for (int i = 0; i < pairs.length; i += 2) {
            annotations.put("autoscaling.knative.dev/" + pairs[i], pairs[i + 1]);
        }
        return ScalingSpec.of(annotations, 0, true, ScalingDefaults.knative());
    }

    private static ScalerState calm() {
        return ScalerState.fresh(0, NOON);
    }

    @ParameterizedTest(name = "{0} stable, {1} in panic, {2} ready: {3}")
    @CsvSource({
        "0, 0, 1, 0", // nothing asked
        "0.1, 0.1, 1, 1", // anything needs a pod
        "70, 70, 1, 1", // the target is 70 of 100
        "70.1, 70.1, 1, 2",
        "140, 140, 10, 5", // down by half at most
        "0, 0, 10, 5",
        "700, 700, 1, 10"
    })
    void asksForThePodsThatTheAverageNeeds(double stable, double panic, int ready, int wanted) {
        var decision = Scaler.decide(new Scaler.Load(stable, panic, ready), spec(), calm(), NOON);
        assertThat(decision.wanted()).isEqualTo(wanted);
    }

    @Test
    void panicsAtTwiceThePodsAndDoesNotShrinkUntilAWindowHasPassed() {
        var spec = spec();
        var burst = Scaler.decide(new Scaler.Load(10, 700, 2), spec, calm(), NOON);
        assertThat(burst.next().panicking()).isTrue();
        assertThat(burst.wanted()).isEqualTo(10);

        var quiet = Scaler.decide(new Scaler.Load(0, 0, 10), spec, burst.next(), NOON.plusSeconds(30));
        assertThat(quiet.wanted()).isEqualTo(10);

        var calm = Scaler.decide(new Scaler.Load(0, 0, 10), spec, quiet.next(), NOON.plusSeconds(61));
        assertThat(calm.next().panicking()).isFalse();
        assertThat(calm.wanted()).isEqualTo(5);
    }

    @Test
    void anewScalerWithSeveralPodsDoesNotShrinkOnMissingHistory() {
        var decision = Scaler.decide(new Scaler.Load(0, 0, 6), spec(), ScalerState.fresh(6, NOON), NOON.plusSeconds(2));
        assertThat(decision.wanted()).isEqualTo(6);
    }

    @Test
    void theActivationScaleHoldsOnlyWhileAnythingIsAskedFor() {
        var spec = spec("activation-scale", "4");
        assertThat(Scaler.decide(new Scaler.Load(1, 1, 4), spec, calm(), NOON).wanted())
                .isEqualTo(4);
        assertThat(Scaler.decide(new Scaler.Load(0, 0, 1), spec, calm(), NOON).wanted())
                .isZero();
    }

    @Test
    void theScaleDownDelayKeepsTheMostThatWasWantedWithinIt() {
        var spec = spec("scale-down-delay", "10s");
        var first = Scaler.decide(new Scaler.Load(210, 210, 3), spec, calm(), NOON);
        var second = Scaler.decide(new Scaler.Load(70, 70, 3), spec, first.next(), NOON.plusSeconds(9));
        var third = Scaler.decide(new Scaler.Load(70, 70, 3), spec, second.next(), NOON.plusSeconds(11));
        assertThat(first.wanted()).isEqualTo(3);
        assertThat(second.wanted()).isEqualTo(3);
        assertThat(third.wanted()).isEqualTo(1);
    }

    @Test
    void excessBurstIsWhatThePodsCouldTakeBeyondTheBurst() {
        var load = new Scaler.Load(0, 10, 5);
        assertThat(Scaler.decide(load, spec(), calm(), NOON).excessBurst()).isEqualTo(500 - 211 - 10);
        assertThat(Scaler.decide(load, spec("target-burst-capacity", "0"), calm(), NOON)
                        .excessBurst())
                .isZero();
        assertThat(Scaler.decide(load, spec("target-burst-capacity", "-1"), calm(), NOON)
                        .excessBurst())
                .isEqualTo(-1);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void neverLeavesItsBoundsWhateverTheLoad(long seed) {
        var random = new Random(seed);
        var max = 1 + random.nextInt(20);
        var min = random.nextInt(max + 1);
        var spec = spec("min-scale", "" + min, "max-scale", "" + max, "window", 6 + random.nextInt(60) + "s");
        var samples = new Samples(spec.stableWindow());
        var state = calm();
        int pods = 1;
        for (int second = 0; second < 200; second++) {
            var now = NOON.plusSeconds(second);
            samples.add(now, random.nextBoolean() ? 0 : random.nextDouble() * 5000);
            var load = new Scaler.Load(
                    samples.average(now, spec.stableWindow(), spec.aggregation()),
                    samples.average(now, spec.panicWindow(), spec.aggregation()),
                    pods);
            var decision = Scaler.decide(load, spec, state, now);
            state = decision.next();
            assertThat(decision.wanted()).isLessThanOrEqualTo(Math.max(1, pods) * 1000);
            pods = spec.bounded(decision.wanted(), true);
            assertThat(pods).isBetween(min, max);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void withoutRequestsEveryRevisionComesToZero(long seed) {
        var random = new Random(seed);
        var spec = spec("window", 6 + random.nextInt(60) + "s");
        var samples = new Samples(spec.stableWindow());
        int pods = 1 + random.nextInt(50);
        var state = ScalerState.fresh(pods, NOON);
        samples.add(NOON, random.nextDouble() * 5000);
        int wanted = pods;
        for (int second = 2; second < 400 && wanted > 0; second += 2) {
            var now = NOON.plusSeconds(second);
            var decision = Scaler.decide(
                    new Scaler.Load(
                            samples.average(now, spec.stableWindow(), spec.aggregation()),
                            samples.average(now, spec.panicWindow(), spec.aggregation()),
                            wanted),
                    spec,
                    state,
                    now);
            state = decision.next();
            wanted = decision.wanted();
        }
        assertThat(wanted).isZero();
    }

    @ParameterizedTest(name = "{0} active for {1} s: {2}")
    @CsvSource({
        "ACTIVE, 59, Keep",
        "ACTIVE, 60, Deactivate",
        "INACTIVE, 29, Keep",
        "INACTIVE, 30, Release",
        "ACTIVATING, 629, Keep",
        "ACTIVATING, 630, GiveUp"
    })
    void theLastPodGoesAfterAWindowAndTheGracePeriod(ZeroGate.Phase phase, long seconds, String verdict) {
        var decided = ZeroGate.decide(spec(), phase, NOON, Duration.ofSeconds(630), NOON.plusSeconds(seconds));
        assertThat(decided.getClass().getSimpleName()).isEqualTo(verdict);
    }

    @Test
    void annotationsAreReadInBothSpellingsAndTheNewerOneWins() {
        var both = Map.of("autoscaling.knative.dev/min-scale", "2", "autoscaling.knative.dev/minScale", "3");
        var older = Map.of("autoscaling.knative.dev/minScale", "3", "autoscaling.knative.dev/window", "6s");
        assertThat(ScalingSpec.of(both, 0, true, ScalingDefaults.knative()).minScale())
                .isEqualTo(2);
        var spec = ScalingSpec.of(older, 0, true, ScalingDefaults.knative());
        assertThat(spec.minScale()).isEqualTo(3);
        assertThat(spec.stableWindow()).isEqualTo(Duration.ofSeconds(6));
        assertThat(spec.panicWindow()).isEqualTo(Duration.ofSeconds(1));
    }

    @ParameterizedTest(name = "containerConcurrency {0}, target {1}: {2}")
    @CsvSource({"0, , 70", "10, , 7", "10, 5, 3.5", "10, 50, 7", "0, 50, 35"})
    void theTargetIsAShareOfWhatAPodTakes(long concurrency, String target, double wanted) {
        var annotations = target == null ? Map.<String, String>of() : Map.of("autoscaling.knative.dev/target", target);
        assertThat(ScalingSpec.of(annotations, concurrency, true, ScalingDefaults.knative())
                        .target())
                .isEqualTo(wanted);
    }

    @ParameterizedTest
    @CsvSource({"1m30s, PT1M30S", "0, PT0S", "2000000\u03bcs, PT2S", "2000000\u00b5s, PT2S", "soon, PT0S"})
    void durationsAreReadAsGoWritesThem(String text, Duration duration) {
        assertThat(spec("scale-down-delay", text).scaleDownDelay()).isEqualTo(duration);
    }
}
