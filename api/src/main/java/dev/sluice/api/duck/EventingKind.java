package dev.sluice.api.duck;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.admission.KindAdmission;
import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.api.serving.admission.Json;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the admissions of eventing's kinds have in common: a change of status is not looked at, nor a deletion. */
public abstract class EventingKind implements KindAdmission {
    private static final String MUTATING = "webhook.eventing.knative.dev";
    private static final String VALIDATING = "validation.webhook.eventing.knative.dev";

    private final Resource resource;
    private final Supplier<EventingSettings> settings;

    protected EventingKind(
            String group, String version, String plural, String kind, Supplier<EventingSettings> settings) {
        this.resource = new Resource(group, version, plural, kind, true, MUTATING, VALIDATING);
        this.settings = settings;
    }

    @Override
    public final Resource resource() {
        return resource;
    }

    @Override
    public final void defaults(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        if (!passes(context)) {
            fill(object, settings.get());
        }
    }

    @Override
    public final FieldErrors validate(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        return passes(context) ? FieldErrors.none() : check(object, old, settings.get());
    }

    protected abstract void fill(ObjectNode object, EventingSettings settings);

    protected abstract FieldErrors check(ObjectNode object, @Nullable ObjectNode old, EventingSettings settings);

    protected static String namespace(JsonNode object) {
        return Json.text(object.path("metadata"), "namespace");
    }

    protected static ObjectNode annotations(ObjectNode object) {
        return Json.child(Json.child(object, "metadata"), "annotations");
    }

    private static boolean passes(AdmissionContext context) {
        return !context.subresource().isEmpty() || context.operation() == AdmissionContext.Operation.DELETE;
    }
}
