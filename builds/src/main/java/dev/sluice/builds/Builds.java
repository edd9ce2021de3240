package dev.sluice.builds;

import dev.sluice.workflows.build.BuildRef;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.temporal.client.WorkflowClient;
import java.time.Clock;
import java.util.List;

/** The build capability: what an operator runs, and what others ask of builds. */
public final class Builds {
    private final BuildWorkflows workflows;

    public Builds(WorkflowClient temporal) {
        this.workflows = new BuildWorkflows(temporal);
    }

    /** To be registered with an operator over the cluster's client. */
    public List<Reconciler<?>> reconcilers() {
        return List.of(new BuildReconciler(workflows, Clock.systemUTC()));
    }

    /** Asks a running build to end as cancelled, besides what the Build's spec says. */
    public void cancel(BuildRef build) {
        workflows.cancel(build);
    }
}
