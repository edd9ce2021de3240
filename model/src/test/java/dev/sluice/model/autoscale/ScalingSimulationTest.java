package dev.sluice.model.autoscale;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Scaling as a whole over simulated time: reports come up to two seconds late, pods need their time to start, a decision falls
 * every two seconds. A seed decides about everything else; what must always hold is checked at each step.
 */
class ScalingSimulationTest {
    private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");

    static LongStream seeds() {
        return new Random(42).longs(100);
    }

    /** One revision, its pods and the load on it. */
    private static final class World {
        final Random random;
        final ScalingSpec spec;
        final Samples samples;
        final int podStart;
        final Deque<Integer> starting = new ArrayDeque<>();
        final List<Integer> wantedOverTime = new ArrayList<>();
        final Deque<double[]> reports = new ArrayDeque<>();
        ScalerState state;
        ZeroGate.Phase phase = ZeroGate.Phase.ACTIVE;
        Instant phaseSince = START;
        int second;
        int ready;
        int replicas;
        int wantedLast;

        World(long seed, int pods) {
            random = new Random(seed);
            var annotations = new HashMap<String, String>();
            put(annotations, "window", 6 + random.nextInt(90) + "s");
            put(annotations, "target", String.valueOf(1 + random.nextInt(100)));
            put(annotations, "metric-aggregation-algorithm", random.nextBoolean() ? "linear" : "weighted-exponential");
            if (random.nextBoolean()) {
                put(annotations, "max-scale", String.valueOf(40 + random.nextInt(20)));
            }
            if (random.nextBoolean()) {
                put(annotations, "scale-down-delay", random.nextInt(30) + "s");
            }
            spec = ScalingSpec.of(
                    annotations, 0, true, ScalingDefaults.knative().withGrace(Duration.ofSeconds(random.nextInt(20))));
            samples = new Samples(spec.stableWindow());
            podStart = 1 + random.nextInt(8);
            ready = pods;
            replicas = pods;
            state = ScalerState.fresh(pods, START);
            samples.begin(START);
        }

        private static void put(Map<String, String> annotations, String key, String value) {
            annotations.put("autoscaling.knative.dev/" + key, value);
        }

        /** One second with this much load. */
        void step(double load) {
            var now = START.plusSeconds(second);
            if (load > 0) {
                reports.add(new double[] {second, load, second + 1 + random.nextInt(2)});
                wake(now);
            }
            while (!reports.isEmpty() && reports.getFirst()[2] <= second) {
                var report = reports.removeFirst();
                samples.add(START.plusSeconds((long) report[0]), report[1]);
            }
            while (!starting.isEmpty() && starting.getFirst() <= second) {
                starting.removeFirst();
                ready++;
            }
            if (second % 2 == 0 && replicas > 0) {
                decide(now);
            }
            second++;
        }

        private void wake(Instant now) {
            if (phase == ZeroGate.Phase.INACTIVE) {
                phase = ZeroGate.Phase.ACTIVE;
                phaseSince = now;
            }
            if (replicas == 0) {
                scale(spec.wakeScale());
            }
        }

        private void decide(Instant now) {
            int ceiling = Math.max(1, ready) * (int) spec.maxScaleUpRate();
            var load = new Scaler.Load(
                    samples.average(now, spec.stableWindow(), spec.aggregation()),
                    samples.average(now, spec.panicWindow(), spec.aggregation()),
                    ready);
            var decision = Scaler.decide(load, spec, state, now);
            boolean panicked = state.panicking();
            state = decision.next();
            int want = spec.bounded(decision.wanted(), true);
            assertThat(want).isLessThanOrEqualTo(Math.max(ceiling, state.maxPanicPods()));
            if (spec.maxScale() > 0) {
                assertThat(want).isLessThanOrEqualTo(spec.maxScale());
            }
            if (panicked && state.panicking()) {
                assertThat(want).as("no shrinking in panic").isGreaterThanOrEqualTo(wantedLast);
            }
            wantedLast = want;
            if (!state.panicking()) {
                assertThat(decision.wanted()).as("by half at most").isGreaterThanOrEqualTo(Math.max(1, ready) / 2);
            }
            if (want > 0) {
                scale(want);
                return;
            }
            switch (ZeroGate.decide(spec, phase, phaseSince, Duration.ofMinutes(11), now)) {
                case ZeroGate.Verdict.Keep(int pods, Duration _) -> scale(Math.min(replicas, pods));
                case ZeroGate.Verdict.Deactivate() -> {
                    phase = ZeroGate.Phase.INACTIVE;
                    phaseSince = now;
                }
                case ZeroGate.Verdict.Release(), ZeroGate.Verdict.GiveUp() -> scale(0);
            }
        }

        private void scale(int to) {
            for (int i = replicas; i < to; i++) {
                starting.addLast(second + podStart);
            }
            for (int i = replicas; i > to; i--) {
                if (starting.isEmpty()) {
                    ready--;
                } else {
                    starting.removeLast();
                }
            }
            replicas = to;
            wantedOverTime.add(to);
        }

        int needed(double load) {
            int pods = (int) Math.ceil(load / spec.target());
            return spec.maxScale() > 0 ? Math.min(pods, spec.maxScale()) : pods;
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aConstantLoadGetsItsPodsAndThenNothingChanges(long seed) {
        var world = new World(seed, 1 + (int) Math.floorMod(seed, 30L));
        double load = 0.5 + world.random.nextDouble() * 1500;
        for (int i = 0; i < 400; i++) {
            world.step(load);
            assertThat(world.replicas).as("never zero under load").isPositive();
        }
        assertThat(world.replicas).isEqualTo(world.needed(load));
        int settled = world.wantedOverTime.size();
        for (int i = 0; i < 300; i++) {
            world.step(load);
        }
        assertThat(world.wantedOverTime.subList(settled, world.wantedOverTime.size()))
                .containsOnly(world.needed(load));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void itIsNeverZeroBeforeAWholeWindowWithoutRequests(long seed) {
        var world = new World(seed, 1);
        int quiet = 0;
        for (int i = 0; i < 1500; i++) {
            boolean busy = world.random.nextInt(60) == 0;
            quiet = busy ? 0 : quiet + 1;
            world.step(busy ? 1 + world.random.nextDouble() * 300 : 0);
            // exponential weights are rounded away before a long window is over, as upstream
            if (world.replicas == 0 && world.spec.aggregation() == ScalingSpec.Aggregation.LINEAR) {
                assertThat(quiet)
                        .isGreaterThanOrEqualTo((int) world.spec.stableWindow().toSeconds() - 1);
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void withoutRequestsItComesToZero(long seed) {
        var world = new World(seed, 1 + (int) Math.floorMod(seed, 30L));
        for (int i = 0; i < 100; i++) {
            world.step(world.random.nextDouble() * 2000);
        }
        int second = 0;
        while (world.replicas > 0 && second++ < 700) {
            world.step(0);
        }
        assertThat(world.replicas).isZero();
    }
}
