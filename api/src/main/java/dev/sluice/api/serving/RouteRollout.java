package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/**
 * How far the share of a Route's {@code latestRevision} targets has moved, written by the rollout and read by whoever compiles
 * routes. It counts while {@code candidateRevision} is the latest ready one.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record RouteRollout(
        @JsonPropertyDescription("Progressing, Paused, Aborted, RolledBack or Completed.") @Nullable
        String phase,

        @JsonPropertyDescription(
                "The Revision that has what the candidate does not have, and all of it after an abort.")
        @Nullable
        String stableRevision,

        @JsonPropertyDescription("The Revision that the requests move to, or that they were taken from.") @Nullable
        String candidateRevision,

        @JsonPropertyDescription("The candidate's part of the share, 0 to 100.") @Nullable
        Integer percent,

        @JsonPropertyDescription("What happens, for people.") @Nullable
        String message) {
    public static final String PROGRESSING = "Progressing";
    public static final String PAUSED = "Paused";
    public static final String ABORTED = "Aborted";
    public static final String ROLLED_BACK = "RolledBack";
    public static final String COMPLETED = "Completed";

    /** Whether {@code rollout} keeps requests away from the latest revision on purpose, with the Route being well. */
    public static boolean holds(RouteRollout rollout) {
        return PAUSED.equals(rollout.phase()) || ROLLED_BACK.equals(rollout.phase());
    }

    public int candidatePercent() {
        return percent == null ? 0 : percent;
    }
}
