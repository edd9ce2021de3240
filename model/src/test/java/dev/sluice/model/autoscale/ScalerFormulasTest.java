package dev.sluice.model.autoscale;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables made from the formulas of spec/serving.md sections 1.10, 1.15 and 2; each row cites its formula. */
class ScalerFormulasTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    /** {@code "min-scale=2 window=6s"} and the like over Knative's defaults. */
    private static ScalingSpec spec(String pairs, long concurrency, boolean reachable) {
        return ScalingSpec.of(annotations(pairs), concurrency, reachable, ScalingDefaults.knative());
    }

    private static Map<String, String> annotations(String pairs) {
        var annotations = new HashMap<String, String>();
        for (var pair : pairs == null ? new String[0] : pairs.split(" ", -1)) {
            var parts = pair.split("=", 2);
            annotations.put("autoscaling.knative.dev/" + parts[0], parts[1]);
        }
        return annotations;
    }

    @ParameterizedTest(name = "{5}: {0} cc={1} -> total {2}, target {3}, {4}")
    @CsvSource({
        ", 0, 100, 70, CONCURRENCY, total = 100 * 0.70",
        ", 10, 10, 7, CONCURRENCY, total = CC if CC>0",
        "target=50, 0, 50, 35, CONCURRENCY, total = T",
        "target=50, 10, 10, 7, CONCURRENCY, 'min(T, CC)'",
        "target=5, 10, 5, 3.5, CONCURRENCY, 'min(T, CC)'",
        "metric=rps, 0, 200, 140, RPS, total = 200 for rps",
        "metric=rps, 10, 200, 140, RPS, CC does not bound rps",
        "metric=rps target=20, 10, 20, 14, RPS, total = T without CC for rps",
        "target-utilization-percentage=50, 0, 100, 50, CONCURRENCY, the annotation overrides tu",
        "targetUtilizationPercentage=50, 0, 100, 50, CONCURRENCY, older spelling",
        "target=0.01, 0, 0.01, 0.01, CONCURRENCY, 'max(0.01, total*tu)'"
    })
    void targets(
            String pairs,
            long concurrency,
            double total,
            double target,
            ScalingSpec.Metric metric,
            @SuppressWarnings("unused") String formula) {
        var spec = spec(pairs, concurrency, true);
        assertThat(spec.total()).isEqualTo(total);
        assertThat(spec.target()).isEqualTo(target);
        assertThat(spec.metric()).isEqualTo(metric);
    }

    @ParameterizedTest(name = "{1}={0}")
    @CsvSource({
        "PT1M, ",
        "PT6S, panic-window-percentage=10",
        "PT12S, panic-window-percentage=20",
        "PT12S, panicWindowPercentage=20",
        "PT1S, window=6s", // 0.6 s, but at least one second
        "PT2S, window=15s", // 1.5 rounds up
        "PT36S, window=6m",
    })
    void thePanicWindowIsAShareOfTheStableOneInWholeSeconds(Duration wanted, String pairs) {
        var spec = spec(pairs, 0, true);
        assertThat(pairs == null ? spec.stableWindow() : spec.panicWindow()).isEqualTo(wanted);
    }

    @ParameterizedTest(name = "{5}: stable {1}, panic {2}, {3} ready -> {4}   [{0}]")
    @CsvSource({
        ", 0, 0, 0, 0, dspc = ceil(stable/target)",
        ", 70, 70, 1, 1, dspc = ceil(stable/target)",
        ", 70.000001, 0, 1, 2, dspc = ceil(stable/target)",
        ", 0, 0, 1, 0, maxDown = floor(1/2) = 0",
        ", 0, 0, 3, 1, maxDown = floor(3/2) = 1",
        ", 0, 0, 10, 5, maxDown = floor(10/2) = 5",
        ", 7000000, 0, 2, 2000, maxUp = ceil(1000*2)",
        ", 7000000, 0, 0, 1000, ready = max(1; ready0)",
        "activation-scale=5, 1, 1, 5, 5, dspc>0: max(stable; activationScale)",
        "activation-scale=5, 0, 0, 1, 0, dspc=0: no activation",
        "activationScale=5, 1, 1, 5, 5, older spelling",
        ", 70, 1400, 1, 20, panic: max(stable; panic) at dppc/ready >= 2",
        ", 70, 139, 2, 1, 2/2 < 2: no panic",
        ", 70, 280, 2, 4, 4/2 >= 2: panic",
        ", 700, 280, 2, 10, while panicking the larger of the two",
        "panic-threshold-percentage=400, 70, 280, 2, 1, 4/2 < 4: no panic",
        "panicThresholdPercentage=110, 70, 200, 2, 3, 3/2 >= 1.1: panic"
    })
    void decisions(
            String pairs,
            double stable,
            double panic,
            int ready,
            int wanted,
            @SuppressWarnings("unused") String formula) {
        var decision = Scaler.decide(
                new Scaler.Load(stable, panic, ready), spec(pairs, 0, true), new ScalerState(null, 0, List.of()), NOON);
        assertThat(decision.wanted()).isEqualTo(wanted);
    }

    @ParameterizedTest(name = "{4}: {0} of {1} ready, panic average {2} -> {3}")
    @CsvSource({
        "0, 5, 10, 0, TBC==0",
        "-1, 5, 10, -1, TBC==-1",
        "211, 5, 10, 279, floor(ready0*total - TBC - panicAvg)",
        "211, 3, 0, 89, the default leaves the path at three pods",
        "211, 2, 0, -11, and not at two",
        "211, 0, 0, -211, ready0 is not raised to one",
        "10.5, 1, 0.2, 89, floor"
    })
    void excessBurstCapacity(
            String burst, int ready, double panic, double wanted, @SuppressWarnings("unused") String f) {
        var decision = Scaler.decide(
                new Scaler.Load(0, panic, ready),
                spec("target-burst-capacity=" + burst, 0, true),
                new ScalerState(null, 0, List.of()),
                NOON);
        assertThat(decision.excessBurst()).isEqualTo(wanted);
    }

    @ParameterizedTest(name = "{5}: {0} reachable={1} initialized={2} {3} -> {4}")
    @CsvSource({
        ", true, true, 7, 7, max-scale 0 is no limit",
        "min-scale=2, true, true, 1, 2, min",
        "minScale=2, true, true, 0, 2, older spelling",
        "max-scale=3, true, true, 7, 3, max",
        "maxScale=3, true, true, 7, 3, older spelling",
        "min-scale=2, false, true, 0, 0, min = 0 when Unreachable",
        "max-scale=3, false, true, 7, 3, max holds when Unreachable",
        "initial-scale=4, true, false, 1, 4, 'max(min, initialScale) until initialized'",
        "initialScale=4, true, true, 1, 1, and not after",
        "initial-scale=4, false, false, 1, 1, and not when Unreachable",
        "initial-scale=4 max-scale=3, true, false, 1, 4, the floor is checked first",
        "initial-scale=4 min-scale=5, true, false, 1, 5, 'max(min, initialScale)'",
        "initial-scale=0, true, false, 0, 0, initial scale zero"
    })
    void bounds(
            String pairs,
            boolean reachable,
            boolean initialized,
            int wanted,
            int bounded,
            @SuppressWarnings("unused") String formula) {
        assertThat(spec(pairs, 0, reachable).bounded(wanted, initialized)).isEqualTo(bounded);
    }

    @ParameterizedTest(name = "{0} reachable={1}: {2} before it is initialized, {3} after")
    @CsvSource({
        ", true, 1, 1",
        "initial-scale=3, true, 3, 1",
        "initial-scale=0, true, 0, 1",
        "min-scale=2, true, 2, 2",
        "min-scale=4 initial-scale=3, true, 4, 4",
        "min-scale=4 initial-scale=3, false, 1, 1"
    })
    void podsThatMakeItActive(String pairs, boolean reachable, int before, int after) {
        var spec = spec(pairs, 0, reachable);
        assertThat(spec.minReady(false)).isEqualTo(before);
        assertThat(spec.minReady(true)).isEqualTo(after);
    }

    @ParameterizedTest(name = "{0}: the first request asks for {1}")
    @CsvSource({
        ", 1",
        "min-scale=2, 2",
        "activation-scale=3, 3",
        "activation-scale=3 max-scale=2, 2",
        "min-scale=4 activation-scale=3, 4"
    })
    void theFirstRequestWakes(String pairs, int pods) {
        assertThat(spec(pairs, 0, true).wakeScale()).isEqualTo(pods);
    }

    @ParameterizedTest(name = "{5}: [{0}] {1} for {2} s, reachable={3}: {4}")
    @CsvSource({
        ", ACTIVE, 59, true, Keep, activeFor < stableWindow: keep 1",
        ", ACTIVE, 60, true, Deactivate, activeFor >= stableWindow: mark inactive",
        "window=6s, ACTIVE, 6, true, Deactivate, the annotation's window",
        ", INACTIVE, 29, true, Keep, inactiveFor < grace",
        ", INACTIVE, 30, true, Release, inactiveFor >= grace",
        "scale-to-zero-pod-retention-period=45s, INACTIVE, 44, true, Keep, 'max(grace, podRetention)'",
        "scale-to-zero-pod-retention-period=45s, INACTIVE, 45, true, Release, 'max(grace, podRetention)'",
        "scaleToZeroPodRetentionPeriod=10s, INACTIVE, 29, true, Keep, 'max(grace, podRetention)'",
        "scale-to-zero-pod-retention-period=45s, INACTIVE, 30, false, Release, retention is ignored when Unreachable",
        ", ACTIVATING, 629, true, Keep, progressDeadline+30s",
        ", ACTIVATING, 630, true, GiveUp, progressDeadline+30s"
    })
    void theWayToZero(
            String pairs,
            ZeroGate.Phase phase,
            long seconds,
            boolean reachable,
            String verdict,
            @SuppressWarnings("unused") String formula) {
        var decided = ZeroGate.decide(
                spec(pairs, 0, reachable), phase, NOON, Duration.ofSeconds(630), NOON.plusSeconds(seconds));
        assertThat(decided.getClass().getSimpleName()).isEqualTo(verdict);
    }

    @ParameterizedTest(name = "{0} after {1} s in a window of 10 s: {2}")
    @CsvSource({
        "LINEAR, 1, 100", // the mean over what is filled, not over the whole window
        "LINEAR, 5, 100",
        "LINEAR, 10, 100",
        "LINEAR, 15, 50", // five seconds of load, five without
        "LINEAR, 20, 0",
        "WEIGHTED_EXPONENTIAL, 5, 100",
        "WEIGHTED_EXPONENTIAL, 20, 0"
    })
    void averages(ScalingSpec.Aggregation aggregation, int after, double wanted) {
        var samples = new Samples(Duration.ofSeconds(10));
        for (int second = 0; second < Math.min(after, 10); second++) {
            samples.add(NOON.plusSeconds(second), 100);
        }
        assertThat(samples.average(NOON.plusSeconds(after), Duration.ofSeconds(10), aggregation))
                .isEqualTo(wanted);
    }
}
