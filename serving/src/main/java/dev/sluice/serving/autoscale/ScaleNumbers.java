package dev.sluice.serving.autoscale;

import dev.sluice.model.autoscale.ScalingSpec;
import dev.sluice.model.dataplane.RevisionId;

/**
 * What Knative's autoscaler tells of a revision.
 *
 * @param desired pods that the load asks for, within bounds
 * @param requested pods that the Deployment asks for
 * @param actual pods that take requests
 */
public record ScaleNumbers(RevisionId revision, int desired, int requested, int actual, Load load) {
    /**
     * What the last decision was made from.
     *
     * @param stable average over the stable window, in the metric's unit
     * @param panic average over the panic window
     * @param target of one pod
     * @param excessBurst what could come at once and still be taken without queueing
     */
    public record Load(
            ScalingSpec.Metric metric,
            double stable,
            double panic,
            double target,
            double excessBurst,
            boolean panicking) {}
}
