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

/** Routes in v1. */
final class RouteAdmission extends ServingAdmission {
    private static final Set<String> FREE = Set.of(ServingLabels.SERVICE_UID);

    RouteAdmission(Supplier<AdmissionConfig> config) {
        super("routes", "Route", config);
    }

    @Override
    void fill(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context, AdmissionConfig config) {
        TrafficRules.defaults(Json.child(object, "spec"), false);
        if (!MetadataRules.owned(object)) {
            MetadataRules.stamp(object, old, context);
        }
    }

    @Override
    FieldErrors check(ObjectNode object, @Nullable ObjectNode old, AdmissionConfig config) {
        var errors = new ArrayList<FieldErrors>();
        errors.add(MetadataRules.name(object).viaField("metadata"));
        errors.add(MetadataRules.labels(object, FREE, Map.of(ServingLabels.SERVICE, "Service"))
                .viaField("metadata"));
        errors.add(MetadataRules.rolloutDuration(object).viaField("metadata"));
        errors.add(MetadataRules.httpProtocol(object, old).viaField("metadata"));
        errors.add(TrafficRules.validate(Json.object(object, "spec"), false).viaField("spec"));
        if (old != null && !MetadataRules.owned(object)) {
            errors.add(MetadataRules.stampKept(object, old));
        }
        return FieldErrors.all(errors);
    }
}
