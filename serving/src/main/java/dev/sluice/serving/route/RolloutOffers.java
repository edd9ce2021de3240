package dev.sluice.serving.route;

import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.RouteRollout;
import dev.sluice.serving.cluster.ObjectKey;
import java.time.Duration;

/** Who carries rollouts out, told off the path of the Route. */
public interface RolloutOffers {
    /** While requests move, the Route is looked at and offered again after this time: whoever moves them may be lost. */
    Duration AGAIN = Duration.ofMinutes(1);

    /**
     * What the Route's status says of its rollout. Told again after each change and after a restart: telling twice must do no
     * harm. Returns at once.
     *
     * @param begins whether the status names this candidate only now; without a duration it is done already
     */
    void offer(Route route, RouteRollout rollout, boolean begins);

    /** The Route is gone. */
    void forget(ObjectKey route);
}
