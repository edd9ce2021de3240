package dev.sluice.workflows.rollout;

import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * One rollout of one Route: it runs while requests move or are held, and ends when they are where they shall be. Its memory is
 * the Route's status, so a run of the same id can be started at any time to look again, or to carry out what a person wants.
 */
@WorkflowInterface
public interface RolloutWorkflow {
    @WorkflowMethod
    RolloutState run(RolloutRef ref);

    /** This revision is the Route's newest now. */
    @SignalMethod
    void offered(String revision);

    /** All requests to the candidate, now. */
    @UpdateMethod
    RolloutState promote();

    @UpdateMethod
    RolloutState pause();

    @UpdateMethod
    RolloutState resume();

    /** All requests back to the stable revision; the Route says that the rollout failed. */
    @UpdateMethod
    RolloutState abort();

    /** Again after an abort or an undo. */
    @UpdateMethod
    RolloutState retry();

    /**
     * All requests to an earlier revision, at once and until the next revision or a retry.
     *
     * @param revision empty for the one before
     */
    @UpdateMethod
    RolloutState undo(String revision);

    @UpdateValidatorMethod(updateName = "promote")
    void validatePromote();

    @UpdateValidatorMethod(updateName = "pause")
    void validatePause();

    @UpdateValidatorMethod(updateName = "resume")
    void validateResume();

    @UpdateValidatorMethod(updateName = "abort")
    void validateAbort();

    @UpdateValidatorMethod(updateName = "retry")
    void validateRetry();

    @UpdateValidatorMethod(updateName = "undo")
    void validateUndo(String revision);

    @QueryMethod
    RolloutState state();
}
