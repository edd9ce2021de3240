package dev.sluice.model.autoscale;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one decision leaves to the next.
 *
 * @param panicSince when it last had reason to panic; null when calm
 * @param maxPanicPods most pods wanted in this panic
 * @param recent what was wanted within the scale-down delay, oldest first
 */
public record ScalerState(@Nullable Instant panicSince, int maxPanicPods, List<Wanted> recent) {
    /** So many pods were wanted then. */
    public record Wanted(Instant at, int pods) {}

    public ScalerState {
        recent = List.copyOf(recent);
    }

    /** Of a scaler that knows nothing yet: with several pods running it starts in panic, as missing history is no reason to shrink. */
    public static ScalerState fresh(int readyPods, Instant now) {
        return readyPods > 1 ? new ScalerState(now, readyPods, List.of()) : new ScalerState(null, 0, List.of());
    }

    /** The same, so much later. */
    public ScalerState later(Duration gap) {
        return new ScalerState(
                panicSince == null ? null : panicSince.plus(gap),
                maxPanicPods,
                recent.stream()
                        .map(wanted -> new Wanted(wanted.at().plus(gap), wanted.pods()))
                        .toList());
    }

    public boolean panicking() {
        return panicSince != null;
    }
}
