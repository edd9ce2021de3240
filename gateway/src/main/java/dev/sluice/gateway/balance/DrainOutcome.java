package dev.sluice.gateway.balance;

/** How a drain hook ended. */
public enum DrainOutcome {
    /** Nothing is in flight at any terminating pod. */
    DRAINED,
    /** No deletion was seen: the container is restarted for its liveness probe. */
    NO_DELETION,
    /** Something was still in flight when the wait was given up. */
    TIMED_OUT
}
