package dev.sluice.serving.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.serving.RouteRollout;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LatestShareTest {
    private static final Set<String> ALL = Set.of("r1", "r2", "r3");

    private static LatestShare share(String latest, @Nullable RouteRollout known, boolean gradual) {
        return LatestShare.of(latest, known, gradual, ALL::contains);
    }

    private static RouteRollout rollout(String phase, @Nullable String stable, String candidate, int percent) {
        return new RouteRollout(phase, stable, candidate, percent, null);
    }

    private static List<LatestShare.Part> parts(Object... pairs) {
        var parts = new java.util.ArrayList<LatestShare.Part>();
        for (int i = 0; i < pairs.length; i += 2) {
            parts.add(new LatestShare.Part((String) pairs[i], (Integer) pairs[i + 1]));
        }
        return parts;
    }

    @Test
    void theFirstRevisionGetsEverythingWhateverTheDuration() {
        assertThat(share("r1", null, true).parts()).isEqualTo(parts("r1", 100));
    }

    @Test
    void withoutADurationANewerRevisionGetsEverythingAtOnce() {
        var share = share("r2", rollout("Completed", null, "r1", 100), false);
        assertThat(share.parts()).isEqualTo(parts("r2", 100));
        assertThat(share.rollout().stableRevision()).isEqualTo("r1");
    }

    @Test
    void withADurationANewerRevisionWaitsForItsRollout() {
        var share = share("r2", rollout("Completed", null, "r1", 100), true);
        assertThat(share.parts()).isEqualTo(parts("r1", 100));
        assertThat(share.rollout().phase()).isEqualTo("Progressing");
        assertThat(share.begins(rollout("Completed", null, "r1", 100))).isTrue();
    }

    @Test
    void onTheWayTheShareIsDivided() {
        assertThat(share("r2", rollout("Progressing", "r1", "r2", 26), true).parts())
                .isEqualTo(parts("r1", 74, "r2", 26));
        assertThat(share("r2", rollout("Paused", "r1", "r2", 26), true).parts()).isEqualTo(parts("r1", 74, "r2", 26));
    }

    @Test
    void aRevisionThatOvertakesARolloutStartsFromTheStableOne() {
        var share = share("r3", rollout("Progressing", "r1", "r2", 51), true);
        assertThat(share.parts()).isEqualTo(parts("r1", 100));
        assertThat(share.rollout().stableRevision()).isEqualTo("r1");
    }

    @Test
    void anAbortOrAnUndoHoldsUntilTheNextRevision() {
        for (var phase : List.of("Aborted", "RolledBack")) {
            var known = rollout(phase, "r1", "r2", 0);
            assertThat(share("r2", known, false).parts()).isEqualTo(parts("r1", 100));
            assertThat(share("r3", known, false).parts()).isEqualTo(parts("r3", 100));
            assertThat(share("r3", known, true).parts()).isEqualTo(parts("r1", 100));
        }
    }

    @Test
    void aStableRevisionThatWasDeletedIsNotGoneBackTo() {
        var share = LatestShare.of("r2", rollout("Aborted", "r1", "r2", 0), false, "r2"::equals);
        assertThat(share.parts()).isEqualTo(parts("r2", 100));
    }
}
