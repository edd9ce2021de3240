package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.autoscaling.AutoscalingKeys;

/**
 * The part of Knative's ConfigMaps that admission depends on.
 *
 * @param maxScaleLimit from config-autoscaler; 0 means none
 * @param allowZeroInitialScale from config-autoscaler
 * @param podAutoscalerClass from config-autoscaler
 */
public record AdmissionConfig(
        ServingDefaults defaults,
        Features features,
        int maxScaleLimit,
        boolean allowZeroInitialScale,
        String podAutoscalerClass) {
    /** As it is for this object, which the user has written. */
    AdmissionConfig within(ObjectNode object) {
        var metadata = Json.object(object, "metadata");
        var here = defaults.within(Json.text(metadata, "name"), Json.text(metadata, "namespace"));
        return new AdmissionConfig(here, features, maxScaleLimit, allowZeroInitialScale, podAutoscalerClass);
    }

    public static AdmissionConfig upstream() {
        return new AdmissionConfig(ServingDefaults.upstream(), Features.upstream(), 0, false, AutoscalingKeys.KPA);
    }
}
