package dev.sluice.api.serving.admission;

/**
 * The part of Knative's ConfigMaps that admission depends on.
 *
 * @param maxScaleLimit from config-autoscaler; 0 means none
 * @param allowZeroInitialScale from config-autoscaler
 */
public record AdmissionConfig(
        ServingDefaults defaults, Features features, int maxScaleLimit, boolean allowZeroInitialScale) {
    public static AdmissionConfig upstream() {
        return new AdmissionConfig(ServingDefaults.upstream(), Features.upstream(), 0, false);
    }
}
