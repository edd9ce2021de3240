package dev.sluice.serving.route;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.RouteRollout;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.api.serving.TrafficTarget;
import dev.sluice.serving.cluster.Meta;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Resolves a Route's traffic to revisions (spec/serving.md section 1.6). Pure over what the lookups find. */
final class Traffic {
    /** What came of it. */
    sealed interface Resolution {
        /**
         * @param targets with revisions, the shares of latest targets divided as the rollout stands
         * @param rollout what the status says of the rollout; as before when no target floats
         * @param begins whether the latest revision is another than before
         */
        record Good(List<TrafficTarget> targets, @Nullable RouteRollout rollout, boolean begins) implements Resolution {
            public Good {
                targets = List.copyOf(targets);
            }

            /** The rollout that says who gets what; null while no target floats and it is only remembered. */
            @Nullable
            RouteRollout moving() {
                return targets.stream().anyMatch(TrafficTarget::latest) ? rollout : null;
            }
        }

        /** @param failed false while it may still become good by itself */
        record Bad(boolean failed, String reason, String message) implements Resolution {}
    }

    private final Function<String, Optional<Configuration>> configurations;
    private final Function<String, Optional<Revision>> revisions;

    Traffic(Function<String, Optional<Configuration>> configurations, Function<String, Optional<Revision>> revisions) {
        this.configurations = configurations;
        this.revisions = revisions;
    }

    Resolution resolve(Route route, boolean gradual) {
        var targets = new ArrayList<TrafficTarget>();
        var before = route.getStatus().rollout();
        var rollout = before;
        boolean begins = false;
        String rolling = null;
        for (var target : route.getSpec().traffic()) {
            if (!target.latest()) {
                var name = Objects.requireNonNullElse(target.revisionName(), "");
                var problem = pinned(route, name);
                if (problem.isPresent()) {
                    return problem.get();
                }
                targets.add(new TrafficTarget(target.tag(), name, null, false, target.share(), null));
                continue;
            }
            var name = Objects.requireNonNullElse(
                    target.configurationName(), route.getMetadata().getName());
            var configuration = configurations.apply(name);
            var problem = floating(name, configuration);
            if (problem.isPresent()) {
                return problem.get();
            }
            var latest = Objects.requireNonNull(
                    configuration.orElseThrow().getStatus().latestReadyRevisionName());
            rolling = Objects.requireNonNullElse(rolling, name);
            // the status has room for one rollout, which is that of the first Configuration
            boolean its = rolling.equals(name);
            var share = LatestShare.of(latest, its ? before : null, its && gradual, r -> belongs(r, name));
            if (its) {
                rollout = share.rollout();
                begins = share.begins(before);
            }
            targets.addAll(divided(target, name, share));
        }
        return new Resolution.Good(targets, rollout, begins);
    }

    /** Whether the revision is there and the Configuration's: a Route may have led to another one before. */
    private boolean belongs(String revision, String configuration) {
        return revisions
                .apply(revision)
                .filter(found -> Meta.label(found, ServingLabels.CONFIGURATION).equals(configuration))
                .isPresent();
    }

    private static List<TrafficTarget> divided(TrafficTarget target, String configuration, LatestShare share) {
        var divided = new ArrayList<TrafficTarget>();
        long left = target.share();
        for (int i = share.parts().size() - 1; i >= 0; i--) {
            var part = share.parts().get(i);
            long percent = i == 0 ? left : Math.round(target.share() * part.percent() / 100.0);
            left -= percent;
            if (percent > 0 || share.parts().size() == 1) {
                divided.addFirst(new TrafficTarget(target.tag(), part.revision(), configuration, true, percent, null));
            }
        }
        if (divided.isEmpty()) { // a tag without a share of its own follows the stable part
            divided.add(new TrafficTarget(
                    target.tag(), share.parts().getFirst().revision(), configuration, true, 0L, null));
        }
        return divided;
    }

    private Optional<Resolution.Bad> pinned(Route route, String name) {
        var revision = revisions.apply(name);
        if (revision.isEmpty()) {
            return bad(true, "RevisionMissing", "Revision \"" + name + "\" referenced in traffic not found.");
        }
        if (foreign(route, revision.get())) {
            return bad(
                    true,
                    "RevisionNotOwned",
                    "Revision \"%s\" belongs to Service \"%s\", not Service \"%s\"."
                            .formatted(
                                    name,
                                    Meta.label(revision.get(), ServingLabels.SERVICE),
                                    Meta.label(route, ServingLabels.SERVICE)));
        }
        return switch (status(revision.get().getStatus().conditions())) {
            case "True" -> Optional.empty();
            case "False" -> bad(true, "RevisionMissing", "Revision \"" + name + "\" failed to become ready.");
            default -> bad(false, "RevisionMissing", "Revision \"" + name + "\" is not yet ready.");
        };
    }

    /** Whether the Route is a Service's and the revision is not: it may not lead there. */
    static boolean foreign(Route route, Revision revision) {
        var service = Meta.label(route, ServingLabels.SERVICE);
        return !service.isEmpty()
                && !Meta.label(revision, ServingLabels.SERVICE).equals(service);
    }

    private static Optional<Resolution.Bad> floating(String name, Optional<Configuration> configuration) {
        if (configuration.isEmpty()) {
            return bad(true, "ConfigurationMissing", "Configuration \"" + name + "\" referenced in traffic not found.");
        }
        var status = configuration.get().getStatus();
        if (status.latestReadyRevisionName() != null) {
            return Optional.empty();
        }
        return status(status.conditions()).equals("False")
                ? bad(true, "RevisionMissing", "Configuration \"" + name + "\" does not have any ready Revision.")
                : bad(
                        false,
                        "RevisionMissing",
                        "Configuration \"" + name + "\" is waiting for a Revision to become ready.");
    }

    private static Optional<Resolution.Bad> bad(boolean failed, String reason, String message) {
        return Optional.of(new Resolution.Bad(failed, reason, message));
    }

    private static String status(List<Condition> conditions) {
        return conditions.stream()
                .filter(c -> c.type().equals("Ready"))
                .map(Condition::status)
                .findFirst()
                .orElse("Unknown");
    }
}
