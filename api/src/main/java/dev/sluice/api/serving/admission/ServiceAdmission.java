package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.FieldErrors;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Services in v1. */
final class ServiceAdmission extends ServingAdmission {
    ServiceAdmission(Supplier<AdmissionConfig> config) {
        super("services", "Service", config);
    }

    @Override
    void fill(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context, AdmissionConfig config) {
        var spec = Json.child(object, "spec");
        TemplateRules.defaults(spec, old, config);
        TrafficRules.defaults(spec, true);
        MetadataRules.stamp(object, old, context);
    }

    @Override
    FieldErrors cautions(ObjectNode object, @Nullable ObjectNode old) {
        return TemplateRules.cautions(Json.object(object, "spec")).viaField("spec");
    }

    @Override
    FieldErrors check(ObjectNode object, @Nullable ObjectNode old, AdmissionConfig config) {
        var spec = Json.object(object, "spec");
        var template = Json.object(spec, "template");
        var errors = new ArrayList<FieldErrors>();
        errors.add(MetadataRules.name(object).viaField("metadata"));
        errors.add(MetadataRules.labels(object, Set.of(), Map.of()).viaField("metadata"));
        errors.add(MetadataRules.noAutoscaling(object).viaField("metadata"));
        errors.add(MetadataRules.rolloutDuration(object).viaField("metadata"));
        errors.add(MetadataRules.httpProtocol(object, old).viaField("metadata"));
        errors.add(TemplateRules.template(template, object, config).viaField("spec.template"));
        errors.add(TrafficRules.validate(spec, true).viaField("spec"));
        if (old != null) {
            errors.add(MetadataRules.stampKept(object, old));
            var before = Json.object(Json.object(old, "spec"), "template");
            errors.add(TemplateRules.nameChange(template, before).viaField("spec.template"));
        }
        return FieldErrors.all(errors);
    }
}
