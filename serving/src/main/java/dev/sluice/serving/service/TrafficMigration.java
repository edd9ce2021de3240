package dev.sluice.serving.service;

import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.RouteRollout;
import dev.sluice.api.serving.TrafficTarget;
import java.util.Objects;

/** Whether what a Route says of itself is still about an earlier revision than its Configuration has by now. */
final class TrafficMigration {
    /** @param ready the status that the Route says it has */
    static boolean pending(Route route, Configuration configuration, String ready) {
        var rollout = route.getStatus().rollout();
        var candidate = rollout == null ? null : rollout.candidateRevision();
        boolean followsLatest = route.getSpec().traffic().stream().anyMatch(TrafficTarget::latest);
        if (rollout == null || candidate == null || !followsLatest) {
            return ready.equals("True") && !migrated(route, configuration);
        }
        if (RouteRollout.ABORTED.equals(rollout.phase())) {
            return !candidate.equals(configuration.getStatus().latestCreatedRevisionName());
        }
        boolean heldBack = RouteRollout.holds(rollout)
                && candidate.equals(configuration.getStatus().latestReadyRevisionName());
        return ready.equals("True") && !heldBack && !migrated(route, configuration);
    }

    private static boolean migrated(Route route, Configuration configuration) {
        var wanted = route.getSpec().traffic();
        var actual = route.getStatus().traffic();
        if (wanted.size() != actual.size()) {
            return false;
        }
        for (int i = 0; i < wanted.size(); i++) {
            var revision = wanted.get(i).latest()
                    ? configuration.getStatus().latestReadyRevisionName()
                    : wanted.get(i).revisionName();
            if (!Objects.equals(revision, actual.get(i).revisionName())
                    || wanted.get(i).share() != actual.get(i).share()) {
                return false;
            }
        }
        return true;
    }

    private TrafficMigration() {}
}
