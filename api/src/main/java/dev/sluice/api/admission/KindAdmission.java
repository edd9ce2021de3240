package dev.sluice.api.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Defaulting and validation of one kind in one version. Pure: it reads nothing but its arguments. The webhook server
 * registers each with matchPolicy Exact, so an object is refused in the words of the version it was written in.
 */
public interface KindAdmission {
    Resource resource();

    /** Changes {@code object} in place; {@code old} is null on create. */
    void defaults(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context);

    /** Labels that an object must have to be looked at; none for all. All kinds under one webhook name have the same. */
    default Map<String, String> objectLabels() {
        return Map.of();
    }

    /** Called after defaulting. */
    FieldErrors validate(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context);

    /** What is accepted and yet better changed; called after validation. */
    default FieldErrors warnings(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        return FieldErrors.none();
    }

    /**
     * The kind, and the names its webhooks carry in a refusal.
     *
     * @param mutatingWebhook for example {@code webhook.serving.knative.dev}
     * @param validatingWebhook for example {@code validation.webhook.serving.knative.dev}; when empty, the mutating webhook
     *     validates too and refuses with {@code mutation failed:}, as Knative Build did; when the mutating one is empty,
     *     nothing is filled in
     */
    record Resource(
            String group,
            String version,
            String plural,
            String kind,
            boolean namespaced,
            String mutatingWebhook,
            String validatingWebhook) {}
}
