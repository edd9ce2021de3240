package dev.sluice.model.autoscale;

import java.time.Duration;
import java.time.Instant;

/** When the last pods of a revision may go (spec/serving.md section 2.4): active for a whole window, then quiet for the grace period. */
public final class ZeroGate {
    /** What the revision is at, since when. */
    public enum Phase {
        /** Pods are wanted and not there yet. */
        ACTIVATING,
        ACTIVE,
        INACTIVE
    }

    /** The next step of a revision nobody asks for. */
    public sealed interface Verdict {
        /** Keep these pods and look again after {@code again}. */
        record Keep(int pods, Duration again) implements Verdict {}

        /** Say that it has no traffic; its pods stay for now. */
        record Deactivate() implements Verdict {}

        /** Let the pods go. */
        record Release() implements Verdict {}

        /** It could not be started in time; let the pods go and say so. */
        record GiveUp() implements Verdict {}
    }

    /** @param phaseSince when the phase began, or this process if that was later */
    public static Verdict decide(
            ScalingSpec spec, Phase phase, Instant phaseSince, Duration activationLimit, Instant now) {
        if (!spec.scaleToZero()) {
            return new Verdict.Keep(1, Duration.ofHours(1));
        }
        var elapsed = Duration.between(phaseSince, now);
        return switch (phase) {
            case ACTIVATING ->
                reached(elapsed, activationLimit)
                        ? new Verdict.GiveUp()
                        : new Verdict.Keep(1, activationLimit.minus(elapsed));
            case ACTIVE ->
                reached(elapsed, spec.stableWindow()) || !spec.reachable()
                        ? new Verdict.Deactivate()
                        : new Verdict.Keep(1, spec.stableWindow().minus(elapsed));
            case INACTIVE -> {
                var retention = spec.reachable() ? spec.podRetention() : Duration.ZERO;
                var quiet = retention.compareTo(spec.scaleToZeroGrace()) > 0 ? retention : spec.scaleToZeroGrace();
                yield reached(elapsed, quiet) ? new Verdict.Release() : new Verdict.Keep(1, quiet.minus(elapsed));
            }
        };
    }

    private static boolean reached(Duration elapsed, Duration limit) {
        return elapsed.compareTo(limit) >= 0;
    }

    private ZeroGate() {}
}
