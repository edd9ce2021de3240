package dev.sluice.workflows.rollout;

import java.time.Duration;

/**
 * How requests move (spec/serving.md section 1.14, Knative's gradual rollout): 1 percent first, then equal steps.
 *
 * @param size percent of each step
 */
record RolloutSteps(int size, Duration pause) {
    private static final int WHOLE = 100;

    /** @param firstStep how long it took until the first percent was served */
    static RolloutSteps over(Duration duration, Duration firstStep) {
        long step = Math.max(1000, roundUp(firstStep.toMillis()));
        long left = Math.max(1000, duration.toMillis() - step);
        long count = Math.min(WHOLE - 1, Math.max(1, left / step));
        int size = (int) Math.max(1, Math.round((WHOLE - 1) / (double) count));
        return new RolloutSteps(size, Duration.ofMillis(left / count));
    }

    int after(int percent) {
        return Math.min(WHOLE, percent + size);
    }

    private static long roundUp(long millis) {
        return (millis + 999) / 1000 * 1000;
    }
}
