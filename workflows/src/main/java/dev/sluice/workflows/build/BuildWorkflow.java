package dev.sluice.workflows.build;

import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Runs one Build to its end, however often the worker is restarted meanwhile. Its id is {@code Wire.buildId}. */
@WorkflowInterface
public interface BuildWorkflow {
    /** Never fails because the build does: how the build ended is the result. */
    @WorkflowMethod(name = "BuildWorkflow")
    Verdict run(BuildRef build);

    /** Ends the build as cancelled and deletes its pod. Without effect once the build has ended. */
    @SignalMethod
    void cancel();
}
