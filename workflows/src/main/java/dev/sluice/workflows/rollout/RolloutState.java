package dev.sluice.workflows.rollout;

/**
 * Where the latest-revision share of a Route is: {@code percent} of it with the candidate, the rest with the stable revision.
 *
 * @param stable empty when there has been only one revision
 * @param message for people
 */
public record RolloutState(RolloutPhase phase, String stable, String candidate, int percent, String message) {
    public static final RolloutState NONE = new RolloutState(RolloutPhase.COMPLETED, "", "", 0, "");
}
