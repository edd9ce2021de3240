package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.serving.ServingLabels;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Revisions in v1: their spec never changes, so an update neither fills it in nor looks at it otherwise. */
final class RevisionAdmission extends ServingAdmission {
    private static final Set<String> FREE = Set.of(
            ServingLabels.ROUTING_STATE,
            ServingLabels.ROUTE,
            ServingLabels.SERVICE,
            ServingLabels.CONFIGURATION_UID,
            ServingLabels.SERVICE_UID,
            ServingLabels.CONFIGURATION_GENERATION);

    RevisionAdmission(Supplier<AdmissionConfig> config) {
        super("revisions", "Revision", config);
    }

    @Override
    void fill(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context, AdmissionConfig config) {
        if (old == null) {
            RevisionDefaults.apply(Json.child(object, "spec"), true, config);
        }
    }

    @Override
    FieldErrors check(ObjectNode object, @Nullable ObjectNode old, AdmissionConfig config) {
        var errors = new ArrayList<FieldErrors>();
        errors.add(MetadataRules.name(object).viaField("metadata"));
        errors.add(MetadataRules.labels(object, FREE, Map.of(ServingLabels.CONFIGURATION, "Configuration"))
                .viaField("metadata"));
        errors.add(AutoscalingAnnotations.validate(MetadataRules.annotations(object), config)
                .viaField("metadata.annotations"));
        var spec = Json.object(object, "spec");
        if (old == null) {
            errors.add(TemplateRules.spec(spec, config).viaField("spec"));
        } else {
            var difference = Difference.ofRevisions(Json.object(old, "spec"), spec);
            if (!difference.isEmpty()) {
                return FieldErrors.detailed("Immutable fields changed (-old +new)", difference, "spec");
            }
        }
        return FieldErrors.all(errors);
    }
}
