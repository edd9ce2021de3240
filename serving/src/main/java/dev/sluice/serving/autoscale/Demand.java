package dev.sluice.serving.autoscale;

import dev.sluice.model.autoscale.Samples;
import dev.sluice.model.autoscale.Scaler;
import dev.sluice.model.autoscale.ScalerState;
import dev.sluice.model.autoscale.ScalingSpec;
import dev.sluice.model.dataplane.RevisionStat;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is asked of one revision: what was seen of it, and how many pods that means. Its {@link ScaledRevision} guards it. */
final class Demand {
    private ScalingSpec spec;
    private Samples samples;
    private ScalerState state;
    /** What the last decision was about and said. */
    private Scaler.@Nullable Load load;

    private double excessBurst;

    Demand(ScalingSpec spec, int ready, Instant now) {
        this.spec = spec;
        this.samples = new Samples(spec.stableWindow());
        this.state = ScalerState.fresh(ready, now);
    }

    ScalerState state() {
        return state;
    }

    Optional<Samples.Memory> memory() {
        return samples.memory();
    }

    void resume(ScalingMemory.Remembered before, Duration gap) {
        if (before.samples() != null && before.metric() == spec.metric()) {
            samples = Samples.remembering(before.samples(), spec.stableWindow(), gap);
        }
        state = before.state().later(gap);
    }

    void respec(ScalingSpec newer) {
        if (newer.metric() != spec.metric()) {
            samples = new Samples(newer.stableWindow());
            load = null;
        } else if (!newer.stableWindow().equals(spec.stableWindow())) {
            samples = samples.over(newer.stableWindow());
        }
        spec = newer;
    }

    boolean known() {
        return samples.hasData();
    }

    void begin(Instant now) {
        samples.begin(now);
    }

    void add(Instant second, RevisionStat stat) {
        samples.add(second, spec.metric() == ScalingSpec.Metric.RPS ? stat.requests() : stat.averageConcurrency());
    }

    /** How many pods it asks for, before bounds. */
    int wanted(int ready, Instant now) {
        var seen = new Scaler.Load(
                samples.average(now, spec.stableWindow(), spec.aggregation()),
                samples.average(now, spec.panicWindow(), spec.aggregation()),
                ready);
        var decision = Scaler.decide(seen, spec, state, now);
        load = seen;
        excessBurst = decision.excessBurst();
        state = decision.next();
        return decision.wanted();
    }

    /** As the last decision had it. */
    ScaleNumbers.Load numbers() {
        return new ScaleNumbers.Load(
                spec.metric(),
                load == null ? 0 : load.stable(),
                load == null ? 0 : load.panic(),
                spec.target(),
                excessBurst,
                state.panicSince() != null);
    }
}
