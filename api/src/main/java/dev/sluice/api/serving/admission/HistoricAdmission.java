package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.admission.KindAdmission;
import dev.sluice.api.serving.ServingAnnotations;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serving's kinds in v1alpha1, refused in the words of 2018, when one webhook filled in and judged. The pods have today's
 * defaults and rules, so that going to v1 changes nothing.
 */
record HistoricAdmission(String plural, String kind, Supplier<AdmissionConfig> config) implements KindAdmission {
    static List<KindAdmission> all(Supplier<AdmissionConfig> config) {
        return List.of(
                new HistoricAdmission("services", "Service", config),
                new HistoricAdmission("configurations", "Configuration", config),
                new HistoricAdmission("revisions", "Revision", config),
                new HistoricAdmission("routes", "Route", config));
    }

    @Override
    public Resource resource() {
        return new Resource(ServingAnnotations.GROUP, "v1alpha1", plural, kind, true, ServingAdmission.MUTATING, "");
    }

    @Override
    public void defaults(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        if (passes(context)) {
            return;
        }
        var filled = object.deepCopy();
        try {
            fill(filled, old, context);
        } catch (Json.WrongType _) {
            return; // the schema, which is checked after this webhook, names the field
        }
        object.setAll(filled);
    }

    private void fill(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        var spec = Json.child(object, "spec");
        var here = config.get().within(object);
        switch (kind) {
            case "Service" -> HistoricServiceRules.defaults(spec, old, here);
            case "Configuration" -> HistoricPodRules.defaults(spec, old == null, here);
            case "Route" -> HistoricTrafficRules.defaults(spec);
            default -> {
                if (old == null) {
                    HistoricPodRules.podDefaults(spec, true, here);
                }
            }
        }
        if (!kind.equals("Revision") && !MetadataRules.owned(object)) {
            MetadataRules.stamp(object, old, context);
        }
    }

    @Override
    public FieldErrors validate(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        if (passes(context)) {
            return FieldErrors.none();
        }
        try {
            return check(object, old);
        } catch (Json.WrongType _) {
            return FieldErrors.none(); // as above
        }
    }

    private FieldErrors check(ObjectNode object, @Nullable ObjectNode old) {
        var spec = Json.object(object, "spec");
        var errors = new ArrayList<FieldErrors>();
        errors.add(MetadataRules.name(object).viaField("metadata"));
        if (old != null && !kind.equals("Revision") && !MetadataRules.owned(object)) {
            errors.add(MetadataRules.stampKept(object, old));
        }
        if (kind.equals("Revision") && old != null) {
            var difference = Difference.ofRevisions(Json.object(old, "spec"), spec);
            return difference.isEmpty()
                    ? FieldErrors.all(errors)
                    : FieldErrors.detailed("Immutable fields changed (-old +new)", difference, "spec");
        }
        var wrong = switch (kind) {
            case "Service" -> HistoricServiceRules.validate(object, config.get());
            case "Configuration" -> HistoricPodRules.configuration(spec, object, config.get());
            case "Route" -> HistoricTrafficRules.validate(spec);
            default -> HistoricPodRules.pod(spec, config.get());
        };
        errors.add(wrong.viaField("spec"));
        return FieldErrors.all(errors);
    }

    private static boolean passes(AdmissionContext context) {
        return !context.subresource().isEmpty() || context.operation() == AdmissionContext.Operation.DELETE;
    }
}
