package dev.sluice.serving.rollout;

import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.workflows.Wire;
import dev.sluice.workflows.rollout.RolloutRef;
import dev.sluice.workflows.rollout.RolloutWorkflow;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.common.SearchAttributes;
import java.util.stream.Stream;

/** How the workflow of a Route is reached: under one id, whether a run is open or has to be started. */
final class RolloutStubs {
    /** No revision has this name: a run looks, whichever it knows of, and even if it knows of none yet. */
    private static final String NO_REVISION = "(gone)";

    private final WorkflowClient client;

    RolloutStubs(WorkflowClient client) {
        this.client = client;
    }

    WorkflowClient client() {
        return client;
    }

    /** Of the Service that owns the Route, or of the Route itself. */
    static String uid(Route route) {
        var service = Meta.label(route, ServingLabels.SERVICE_UID);
        return service.isEmpty() ? route.getMetadata().getUid() : service;
    }

    static RolloutRef ref(String namespace, String name, String uid) {
        return new RolloutRef(namespace, name, uid);
    }

    /** The runs that are open, as far as Temporal's visibility has them. */
    Stream<RolloutRef> open() {
        return client.listExecutions("WorkflowType = 'RolloutWorkflow' AND ExecutionStatus = 'Running'")
                .map(run -> run.getExecution().getWorkflowId().split("/", 4))
                .filter(id -> id.length == 4)
                .map(id -> ref(id[1], id[2], id[3]));
    }

    /** Makes the open run look at its Route, which ends it when that is gone; does nothing where none is open. */
    void lookAgain(String namespace, String name, String uid) {
        try {
            client.newWorkflowStub(RolloutWorkflow.class, Wire.rolloutId(namespace, name, uid))
                    .offered(NO_REVISION);
        } catch (WorkflowNotFoundException _) {
            // it has ended
        }
    }

    RolloutWorkflow of(String namespace, String name, String uid) {
        return client.newWorkflowStub(
                RolloutWorkflow.class,
                WorkflowOptions.newBuilder()
                        .setTaskQueue(Wire.CONTROL_QUEUE)
                        .setWorkflowId(Wire.rolloutId(namespace, name, uid))
                        .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
                        .setTypedSearchAttributes(SearchAttributes.newBuilder()
                                .set(Wire.KIND, "Rollout")
                                .set(Wire.NAMESPACE, namespace)
                                .set(Wire.NAME, name)
                                .build())
                        .build());
    }
}
