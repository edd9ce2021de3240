package dev.sluice.workflows.rollout;

import dev.sluice.workflows.rollout.RolloutActivities.Facts;
import java.util.Optional;

/** What a person can tell a rollout, when it makes sense, and what it leads to. Pure. */
record RolloutCommand(Kind kind, String revision) {
    enum Kind {
        PROMOTE,
        PAUSE,
        RESUME,
        ABORT,
        RETRY,
        UNDO
    }

    /** Why it cannot be done; empty when it can. */
    Optional<String> refusal(RolloutState state, Facts facts) {
        var phase = state.phase();
        return switch (kind) {
            case PROMOTE, ABORT -> unless(phase.open(), "no rollout is in progress");
            case PAUSE ->
                phase == RolloutPhase.PAUSED
                        ? Optional.of("the rollout is paused already")
                        : unless(phase == RolloutPhase.PROGRESSING, "no rollout is in progress");
            case RESUME -> unless(phase == RolloutPhase.PAUSED, "the rollout is not paused");
            case RETRY ->
                unless(
                        phase == RolloutPhase.ABORTED || phase == RolloutPhase.ROLLED_BACK,
                        "nothing was aborted or undone");
            case UNDO -> undoable(state, facts);
        };
    }

    RolloutState applied(RolloutState state, Facts facts) {
        return switch (kind) {
            case PROMOTE ->
                new RolloutState(
                        RolloutPhase.COMPLETED, state.stable(), state.candidate(), 100, "Promoted by a person.");
            case PAUSE ->
                new RolloutState(
                        RolloutPhase.PAUSED,
                        state.stable(),
                        state.candidate(),
                        state.percent(),
                        "Paused by a person at " + state.percent() + "%.");
            case RESUME ->
                new RolloutState(
                        RolloutPhase.PROGRESSING,
                        state.stable(),
                        state.candidate(),
                        state.percent(),
                        "Resumed by a person at " + state.percent() + "%.");
            case ABORT ->
                new RolloutState(
                        RolloutPhase.ABORTED,
                        state.stable(),
                        state.candidate(),
                        0,
                        "Aborted by a person at " + state.percent() + "%; all requests go to " + state.stable() + ".");
            case RETRY ->
                new RolloutState(
                        RolloutPhase.PROGRESSING, state.stable(), facts.latest(), 0, "Started again by a person.");
            case UNDO -> {
                var target = target(state, facts);
                yield new RolloutState(
                        RolloutPhase.ROLLED_BACK,
                        target,
                        facts.latest(),
                        0,
                        "Rolled back by a person from " + facts.latest() + " to " + target + ".");
            }
        };
    }

    private Optional<String> undoable(RolloutState state, Facts facts) {
        if (facts.latest().isEmpty()) {
            return Optional.of("the Route has no target that follows the latest revision");
        }
        var target = target(state, facts);
        if (target.isEmpty()) {
            return Optional.of("there is no revision to go back to");
        }
        if (target.equals(facts.latest())) {
            return Optional.of("revision " + target + " is the latest one; retry returns to it");
        }
        return unless(facts.ready().contains(target), "revision " + target + " is not there or not ready");
    }

    /** The revision asked for, else the stable one, else the newest before the latest. */
    private String target(RolloutState state, Facts facts) {
        if (!revision.isEmpty()) {
            return revision;
        }
        if (state.phase() != RolloutPhase.ROLLED_BACK
                && facts.ready().contains(state.stable())
                && !state.stable().equals(facts.latest())) {
            return state.stable();
        }
        var from = state.phase() == RolloutPhase.ROLLED_BACK ? state.stable() : facts.latest();
        int at = facts.ready().indexOf(from);
        return at >= 0 && at + 1 < facts.ready().size() ? facts.ready().get(at + 1) : "";
    }

    private static Optional<String> unless(boolean holds, String why) {
        return holds ? Optional.empty() : Optional.of(why);
    }
}
