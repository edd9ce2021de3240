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

/** Configurations in v1. */
final class ConfigurationAdmission extends ServingAdmission {
    private static final Set<String> FREE =
            Set.of(ServingLabels.ROUTE, ServingLabels.CONFIGURATION_UID, ServingLabels.SERVICE_UID);

    ConfigurationAdmission(Supplier<AdmissionConfig> config) {
        super("configurations", "Configuration", config);
    }

    @Override
    void fill(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context, AdmissionConfig config) {
        TemplateRules.defaults(Json.child(object, "spec"), old, config);
        if (!MetadataRules.owned(object)) {
            MetadataRules.stamp(object, old, context);
        }
    }

    @Override
    FieldErrors cautions(ObjectNode object, @Nullable ObjectNode old) {
        return TemplateRules.cautions(Json.object(object, "spec")).viaField("spec");
    }

    @Override
    FieldErrors check(ObjectNode object, @Nullable ObjectNode old, AdmissionConfig config) {
        var template = Json.object(Json.object(object, "spec"), "template");
        var errors = new ArrayList<FieldErrors>();
        errors.add(MetadataRules.name(object).viaField("metadata"));
        errors.add(MetadataRules.labels(object, FREE, Map.of(ServingLabels.SERVICE, "Service"))
                .viaField("metadata"));
        errors.add(MetadataRules.noAutoscaling(object).viaField("metadata"));
        errors.add(TemplateRules.template(template, object, config).viaField("spec.template"));
        if (old != null) {
            if (!MetadataRules.owned(object)) {
                errors.add(MetadataRules.stampKept(object, old));
            }
            var before = Json.object(Json.object(old, "spec"), "template");
            errors.add(TemplateRules.nameChange(template, before).viaField("spec.template"));
        }
        return FieldErrors.all(errors);
    }
}
