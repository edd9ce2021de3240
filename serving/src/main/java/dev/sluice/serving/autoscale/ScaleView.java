package dev.sluice.serving.autoscale;

/**
 * How one revision is scaled, as its conditions show it.
 *
 * @param ready pods that take requests
 * @param desired pods that are wanted
 * @param initialized whether it has ever had the pods it was to start with
 * @param timedOut whether it was given up because it did not start in time
 */
public record ScaleView(State state, int ready, int desired, boolean initialized, boolean timedOut) {
    /** Knative's Active condition: Unknown, True, False. */
    public enum State {
        ACTIVATING,
        ACTIVE,
        INACTIVE
    }
}
