package dev.sluice.api.autoscaling;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** A PodAutoscaler: what scales one Revision, and where it stands. Made by Sluice, read by people and tests. */
@Group("autoscaling.internal.knative.dev")
@Version("v1alpha1")
@Kind("PodAutoscaler")
@Plural("podautoscalers")
@Singular("podautoscaler")
@ShortNames({"kpa", "pa"})
@Categories({"all", "knative", "autoscaling"})
@AdditionalPrinterColumn(
        name = "DesiredScale",
        jsonPath = ".status.desiredScale",
        type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "ActualScale",
        jsonPath = ".status.actualScale",
        type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
public final class PodAutoscaler extends CustomResource<PodAutoscalerSpec, PodAutoscalerStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected PodAutoscalerSpec initSpec() {
        return PodAutoscalerSpec.EMPTY;
    }

    @Override
    protected PodAutoscalerStatus initStatus() {
        return PodAutoscalerStatus.EMPTY;
    }
}
