package dev.sluice.serving.route;

import dev.sluice.api.serving.RouteRollout;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who gets what the {@code latestRevision} targets of a Route have: the latest ready revision, unless a rollout is on its way
 * to it, was aborted or was undone.
 *
 * @param parts percents of the share, in the order stable, candidate; they sum to 100
 * @param rollout what the Route's status is to say
 */
record LatestShare(List<Part> parts, RouteRollout rollout) {
    /** One revision's percent. */
    record Part(String revision, int percent) {}

    LatestShare {
        parts = List.copyOf(parts);
    }

    /**
     * @param latest ready revision
     * @param gradual whether requests are to move step by step
     * @param exists whether a revision is still there
     */
    static LatestShare of(String latest, @Nullable RouteRollout known, boolean gradual, Predicate<String> exists) {
        if (known == null || known.candidateRevision() == null) {
            return whole(latest, null);
        }
        if (latest.equals(known.candidateRevision())) {
            return current(latest, known, exists);
        }
        // a newer revision: what was stable stays it, however far the one between had come
        var stable = RouteRollout.COMPLETED.equals(known.phase()) ? known.candidateRevision() : known.stableRevision();
        if (stable == null || !exists.test(stable) || stable.equals(latest)) {
            return whole(latest, null);
        }
        if (!gradual) {
            return whole(latest, stable);
        }
        return new LatestShare(
                List.of(new Part(stable, 100)),
                new RouteRollout(RouteRollout.PROGRESSING, stable, latest, 0, "The rollout is about to begin."));
    }

    boolean begins(@Nullable RouteRollout before) {
        return before == null
                || !Optional.ofNullable(rollout.candidateRevision())
                        .equals(Optional.ofNullable(before.candidateRevision()));
    }

    private static LatestShare current(String latest, RouteRollout known, Predicate<String> exists) {
        var stable = known.stableRevision();
        if (RouteRollout.COMPLETED.equals(known.phase())) {
            return new LatestShare(List.of(new Part(latest, 100)), known);
        }
        if (stable == null || !exists.test(stable)) {
            return whole(latest, null); // there is nothing to go back to
        }
        boolean moving = RouteRollout.PROGRESSING.equals(known.phase()) || RouteRollout.PAUSED.equals(known.phase());
        int percent = moving ? Math.clamp(known.candidatePercent(), 0, 100) : 0;
        var parts = percent == 0
                ? List.of(new Part(stable, 100))
                : percent == 100
                        ? List.of(new Part(latest, 100))
                        : List.of(new Part(stable, 100 - percent), new Part(latest, percent));
        return new LatestShare(parts, known);
    }

    private static LatestShare whole(String latest, @Nullable String before) {
        return new LatestShare(
                List.of(new Part(latest, 100)), new RouteRollout(RouteRollout.COMPLETED, before, latest, 100, null));
    }
}
