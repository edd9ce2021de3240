package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.admission.KindAdmission;
import dev.sluice.api.serving.HistoricForm;
import dev.sluice.api.serving.ServingAnnotations;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the admissions of serving's kinds in v1 have in common. A change of status is not looked at: metadata and spec cannot
 * change with it, and limits may have become tighter since. An object written in v1alpha1 keeps that form as long as its spec is
 * not edited in v1.
 */
abstract class ServingAdmission implements KindAdmission {
    static final String MUTATING = "webhook.serving.knative.dev";
    static final String VALIDATING = "validation.webhook.serving.knative.dev";

    private final Resource resource;
    private final Supplier<AdmissionConfig> config;

    ServingAdmission(String plural, String kind, Supplier<AdmissionConfig> config) {
        this.resource = new Resource(ServingAnnotations.GROUP, "v1", plural, kind, true, MUTATING, VALIDATING);
        this.config = config;
    }

    @Override
    public final Resource resource() {
        return resource;
    }

    @Override
    public final void defaults(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        if (passes(context)) {
            return;
        }
        var baseline = old == null ? object : old;
        var form = HistoricForm.of(baseline);
        boolean untouched =
                HistoricForm.hash(Json.object(baseline, "spec")).equals(HistoricForm.hash(Json.object(object, "spec")));
        boolean manual = form != null && form.has("manual") && untouched;
        if (!manual) {
            fill(object, old, context, config.get().within(object));
        }
        if (form != null && untouched) {
            HistoricForm.put(object, form);
        } else if (form != null) {
            HistoricForm.remove(object);
        }
    }

    @Override
    public final FieldErrors validate(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        if (passes(context) || HistoricForm.isManual(object)) {
            return FieldErrors.none();
        }
        return check(object, old, config.get());
    }

    @Override
    public final FieldErrors warnings(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        return passes(context) ? FieldErrors.none() : cautions(object, old);
    }

    /** None, unless the kind has something that runs. */
    FieldErrors cautions(ObjectNode object, @Nullable ObjectNode old) {
        return FieldErrors.none();
    }

    abstract void fill(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context, AdmissionConfig config);

    abstract FieldErrors check(ObjectNode object, @Nullable ObjectNode old, AdmissionConfig config);

    private static boolean passes(AdmissionContext context) {
        return !context.subresource().isEmpty() || context.operation() == AdmissionContext.Operation.DELETE;
    }
}
