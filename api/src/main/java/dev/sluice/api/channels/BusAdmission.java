package dev.sluice.api.channels;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.admission.KindAdmission;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** A Bus or ClusterBus has a dispatcher, and parameters whose names could be keys of a ConfigMap. */
record BusAdmission(String plural, String kind, boolean namespaced) implements KindAdmission {
    @Override
    public Resource resource() {
        return ChannelsGroup.resource(plural, kind, namespaced);
    }

    @Override
    public void defaults(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        // nothing has a default
    }

    @Override
    public FieldErrors validate(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        var spec = object.path("spec");
        var errors = new ArrayList<FieldErrors>();
        if (spec.path("dispatcher").isMissingNode() || spec.path("dispatcher").isNull()) {
            errors.add(FieldErrors.missing("dispatcher"));
        }
        var parameters = spec.path("parameters");
        errors.add(names(parameters.path("channel"), "channel").viaField("parameters"));
        errors.add(names(parameters.path("subscription"), "subscription").viaField("parameters"));
        return FieldErrors.all(errors).viaField("spec");
    }

    private static FieldErrors names(JsonNode parameters, String field) {
        var errors = FieldErrors.none();
        for (int i = 0; i < parameters.size(); i++) {
            var name = Immutable.text(parameters.path(i).path("name"));
            var problems = Names.configMapKey(name);
            if (!problems.isEmpty()) {
                errors = errors.also(FieldErrors.invalidKey(name, "name", problems.toArray(String[]::new))
                        .viaFieldIndex(field, i));
            }
        }
        return errors;
    }
}
