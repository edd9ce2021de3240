package dev.sluice.model.autoscale;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Knative's decision (spec/serving.md section 2.3): how many pods the averages ask for. Bounds and zero come after it. */
public final class Scaler {
    /**
     * What was seen.
     *
     * @param stable average over the stable window, in the metric's unit
     * @param panic average over the panic window
     * @param ready pods that take requests
     */
    public record Load(double stable, double panic, int ready) {}

    /**
     * @param wanted pods, not yet bounded
     * @param excessBurst what could come at once and still be taken without queueing; -1 when the revision never wants that
     */
    public record Decision(int wanted, double excessBurst, ScalerState next) {}

    public static Decision decide(Load load, ScalingSpec spec, ScalerState state, Instant now) {
        int ready = Math.max(1, load.ready());
        int most = (int) Math.min(Integer.MAX_VALUE, Math.ceil(spec.maxScaleUpRate() * ready));
        int least = spec.reachable() ? (int) Math.floor(ready / spec.maxScaleDownRate()) : 0;
        int stableAsked = pods(load.stable(), spec);
        int panicAsked = pods(load.panic(), spec);
        int stable = Math.clamp(stableAsked, least, most);
        int panic = Math.clamp(panicAsked, least, most);
        if (spec.activationScale() > 1) {
            stable = stableAsked > 0 ? Math.max(stable, spec.activationScale()) : stable;
            panic = panicAsked > 0 ? Math.max(panic, spec.activationScale()) : panic;
        }

        var panicSince = panicSince((double) panicAsked / ready >= spec.panicThreshold(), spec, state, now);
        int maxPanicPods = 0;
        int wanted = stable;
        if (panicSince != null) {
            maxPanicPods = Math.max(state.maxPanicPods(), Math.max(stable, panic));
            wanted = maxPanicPods;
        }
        var recent = List.<ScalerState.Wanted>of();
        if (spec.reachable() && spec.scaleDownDelay().isPositive()) {
            recent = within(state.recent(), new ScalerState.Wanted(now, wanted), spec.scaleDownDelay());
            wanted = recent.stream().mapToInt(ScalerState.Wanted::pods).max().orElse(wanted);
        }
        return new Decision(wanted, excessBurst(load, spec), new ScalerState(panicSince, maxPanicPods, recent));
    }

    private static int pods(double average, ScalingSpec spec) {
        return (int) Math.min(Integer.MAX_VALUE, Math.ceil(average / spec.target()));
    }

    private static @Nullable Instant panicSince(boolean over, ScalingSpec spec, ScalerState state, Instant now) {
        if (over) {
            return now;
        }
        var since = state.panicSince();
        return since != null && since.plus(spec.stableWindow()).isBefore(now) ? null : since;
    }

    private static List<ScalerState.Wanted> within(
            List<ScalerState.Wanted> recent, ScalerState.Wanted latest, Duration delay) {
        var kept = new ArrayList<ScalerState.Wanted>();
        for (var wanted : recent) {
            if (!wanted.at().plus(delay).isBefore(latest.at())) {
                kept.add(wanted);
            }
        }
        // a sample that a later one tops can never be the maximum again
        while (!kept.isEmpty() && kept.getLast().pods() <= latest.pods()) {
            kept.removeLast();
        }
        kept.add(latest);
        return kept;
    }

    private static double excessBurst(Load load, ScalingSpec spec) {
        double burst = spec.targetBurstCapacity();
        if (burst == 0) {
            return 0;
        }
        return burst < 0 ? -1 : Math.floor(load.ready() * spec.total() - burst - load.panic());
    }

    private Scaler() {}
}
