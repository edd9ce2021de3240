package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.admission.KindAdmission;
import dev.sluice.api.autoscaling.AutoscalingKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** PodAutoscalers: which class and metric they mean, and a target that can be scaled. */
final class PodAutoscalerAdmission implements KindAdmission {
    /** None is http1. */
    private static final Set<String> PROTOCOLS = Set.of("", "http1", "h2c");

    private final Supplier<AdmissionConfig> config;

    PodAutoscalerAdmission(Supplier<AdmissionConfig> config) {
        this.config = config;
    }

    @Override
    public Resource resource() {
        return new Resource(
                "autoscaling.internal.knative.dev",
                "v1alpha1",
                "podautoscalers",
                "PodAutoscaler",
                true,
                ServingAdmission.MUTATING,
                ServingAdmission.VALIDATING);
    }

    @Override
    public void defaults(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        if (!context.subresource().isEmpty()) {
            return;
        }
        var annotations = Json.child(Json.child(object, "metadata"), "annotations");
        if (Json.text(annotations, AutoscalingKeys.CLASS.name()).isEmpty()) {
            annotations.put(AutoscalingKeys.CLASS.name(), config.get().podAutoscalerClass());
        }
        if (Json.text(annotations, AutoscalingKeys.METRIC.name()).isEmpty()) {
            switch (Json.text(annotations, AutoscalingKeys.CLASS.name())) {
                case AutoscalingKeys.KPA -> annotations.put(AutoscalingKeys.METRIC.name(), "concurrency");
                case AutoscalingKeys.HPA -> annotations.put(AutoscalingKeys.METRIC.name(), "cpu");
                default -> {} // another autoscaler's class: not ours to say
            }
        }
    }

    @Override
    public FieldErrors validate(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        if (!context.subresource().isEmpty()) {
            return FieldErrors.none();
        }
        var spec = Json.object(object, "spec");
        var errors = new ArrayList<FieldErrors>();
        errors.add(MetadataRules.name(object).viaField("metadata"));
        errors.add(AutoscalingAnnotations.validate(MetadataRules.annotations(object), config.get())
                .viaField("metadata.annotations"));
        if (spec.isEmpty()) {
            errors.add(FieldErrors.missing("spec"));
            return FieldErrors.all(errors);
        }
        errors.add(TemplateRules.concurrency(spec, config.get().defaults()).viaField("spec"));
        var protocol = Json.text(spec, "protocolType");
        if (!PROTOCOLS.contains(protocol)) {
            errors.add(FieldErrors.invalid(protocol, "spec.protocolType"));
        }
        var target = Json.object(spec, "scaleTargetRef");
        for (var field : List.of("apiVersion", "kind", "name")) {
            if (Json.text(target, field).isEmpty()) {
                errors.add(FieldErrors.missing("spec.scaleTargetRef." + field));
            }
        }
        return FieldErrors.all(errors);
    }
}
