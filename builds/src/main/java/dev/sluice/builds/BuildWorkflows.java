package dev.sluice.builds;

import dev.sluice.workflows.Wire;
import dev.sluice.workflows.build.BuildRef;
import dev.sluice.workflows.build.BuildWorkflow;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.common.SearchAttributes;

/** Starts and stops the workflows of builds. One Build has one workflow, however often it is asked for. */
final class BuildWorkflows {
    private final WorkflowClient temporal;

    BuildWorkflows(WorkflowClient temporal) {
        this.temporal = temporal;
    }

    /**
     * Idempotent. A workflow that was terminated before it could tell how the build ended is started again, and finds the
     * build's pod.
     */
    void start(BuildRef build) {
        var options = WorkflowOptions.newBuilder()
                .setWorkflowId(id(build))
                .setTaskQueue(Wire.BUILD_QUEUE)
                .setWorkflowIdReusePolicy(WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY)
                .setTypedSearchAttributes(SearchAttributes.newBuilder()
                        .set(Wire.KIND, "Build")
                        .set(Wire.NAMESPACE, build.namespace())
                        .set(Wire.NAME, build.name())
                        .build())
                .setStaticSummary("Build " + build)
                .build();
        try {
            WorkflowClient.start(temporal.newWorkflowStub(BuildWorkflow.class, options)::run, build);
        } catch (WorkflowExecutionAlreadyStarted e) {
            // it runs, or has run
        }
    }

    void cancel(BuildRef build) {
        try {
            temporal.newWorkflowStub(BuildWorkflow.class, id(build)).cancel();
        } catch (WorkflowNotFoundException e) {
            // it has ended
        }
    }

    private static String id(BuildRef build) {
        return Wire.buildId(build.namespace(), build.name(), build.uid());
    }
}
