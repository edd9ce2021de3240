package dev.sluice.serving.route;

import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.RouteRollout;
import dev.sluice.serving.cluster.ObjectKey;

/** Who carries rollouts out, told off the path of the Route. */
public interface RolloutOffers {
    /**
     * The Route's status says that {@code rollout} is to begin, goes on or, without a duration, is done already. Told again
     * after each change and after a restart: telling twice must do no harm. Returns at once.
     */
    void offer(Route route, RouteRollout rollout);

    /** The Route is gone. */
    void forget(ObjectKey route);
}
