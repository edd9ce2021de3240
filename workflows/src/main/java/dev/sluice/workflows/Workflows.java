package dev.sluice.workflows;

import dev.sluice.workflows.build.BuildWorkflowImpl;
import dev.sluice.workflows.delivery.DeliveryWorkflowImpl;
import dev.sluice.workflows.rollout.RolloutWorkflowImpl;
import io.temporal.worker.Worker;

/** Registers workflow implementations, so that nobody else needs to name them. */
public final class Workflows {
    /** What runs on {@link Wire#CONTROL_QUEUE}. */
    public static void registerControl(Worker worker) {
        worker.registerWorkflowImplementationTypes(RolloutWorkflowImpl.class);
    }

    /** What runs on {@link Wire#BUILD_QUEUE}. */
    public static void registerBuild(Worker worker) {
        worker.registerWorkflowImplementationTypes(BuildWorkflowImpl.class);
    }

    /** What runs on {@link Wire#DELIVERY_QUEUE}. */
    public static void registerDelivery(Worker worker) {
        worker.registerWorkflowImplementationTypes(DeliveryWorkflowImpl.class);
    }

    private Workflows() {}
}
