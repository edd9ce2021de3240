package dev.sluice.workflows.rollout;

import io.temporal.activity.ActivityInterface;
import java.util.List;
import java.util.Objects;

/** What a rollout needs from the cluster. Both are idempotent. */
@ActivityInterface(namePrefix = "Rollout.")
public interface RolloutActivities {
    /** The failure type of {@link #write} when the Route is gone. */
    String ROUTE_GONE = "RouteGone";

    Facts load(RolloutRef ref);

    /** Writes the state into the Route's status, from where it reaches the gateways. */
    void write(RolloutRef ref, RolloutState state);

    /**
     * What the Route says.
     *
     * @param gone whether there is no such Route any more
     * @param latest ready revision; empty when no target floats or none is ready
     * @param ready revisions that could take requests, the newest first
     * @param durationMillis over which requests move; 0 is at once
     */
    record Facts(boolean gone, RolloutState state, String latest, List<String> ready, long durationMillis) {
        @SuppressWarnings("NullAway") // absent in older histories
        public Facts {
            ready = List.copyOf(Objects.requireNonNullElse(ready, List.of()));
        }
    }
}
