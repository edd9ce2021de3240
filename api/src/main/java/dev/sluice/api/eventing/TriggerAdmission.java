package dev.sluice.api.eventing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.duck.Changes;
import dev.sluice.api.duck.DeliveryAnnotations;
import dev.sluice.api.duck.DeliveryRules;
import dev.sluice.api.duck.DestinationRules;
import dev.sluice.api.duck.EventingKind;
import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.api.serving.admission.Json;
import dev.sluice.model.filter.Filter;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A Trigger names a Broker and keeps it; everything else may change. */
final class TriggerAdmission extends EventingKind {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Function<String, Filter.Expression> expressions;

    TriggerAdmission(Supplier<EventingSettings> settings, Function<String, Filter.Expression> expressions) {
        super(EventingNames.GROUP, "v1", "triggers", "Trigger", settings);
        this.expressions = expressions;
    }

    @Override
    protected void fill(ObjectNode object, EventingSettings settings) {
        var namespace = namespace(object);
        var spec = Json.child(object, "spec");
        if (!Json.has(spec, "filter")) {
            spec.putObject("filter");
        }
        DestinationRules.fill(spec, "subscriber", namespace);
        DeliveryRules.fill(spec, namespace);
        var broker = Json.text(spec, "broker");
        if (!broker.isEmpty()) {
            Json.child(Json.child(object, "metadata"), "labels").put(EventingNames.BROKER, broker);
        }
    }

    @Override
    protected FieldErrors check(ObjectNode object, @Nullable ObjectNode old, EventingSettings settings) {
        var namespace = namespace(object);
        var spec = Json.object(object, "spec");
        var broker = Json.text(spec, "broker");
        var errors = broker.isEmpty() ? FieldErrors.missing("broker") : FieldErrors.none();
        errors = errors.also(TriggerFilters.validate(spec, expressions))
                .also(DestinationRules.required(spec, "subscriber", namespace))
                .also(DeliveryRules.validate(spec, namespace, settings.delivery()))
                .viaField("spec")
                .also(DeliveryAnnotations.validate(object));
        var annotations = Json.texts(Json.object(object, "metadata"), "annotations");
        var dependency = annotations.get(EventingNames.DEPENDENCY);
        if (dependency != null) {
            errors = errors.also(dependency(dependency, namespace)
                    .viaField("metadata.annotations[" + EventingNames.DEPENDENCY + "]"));
        }
        var injection = annotations.get(EventingNames.INJECTION);
        if (injection != null) {
            errors = errors.also(
                    injection(injection, broker).viaField("metadata.annotations[" + EventingNames.INJECTION + "]"));
        }
        return old == null
                ? errors
                : errors.also(Changes.refuse(old.at("/spec/broker"), object.at("/spec/broker"), "spec", "broker"));
    }

    private static FieldErrors dependency(String text, String namespace) {
        JsonNode reference;
        try {
            reference = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return FieldErrors.detailed(
                    "The provided annotation was not a corev1.ObjectReference: \"" + text + "\"",
                    e.getOriginalMessage(),
                    "");
        }
        var errors = FieldErrors.none();
        var other = reference.path("namespace").asText("");
        if (!other.isEmpty() && !other.equals(namespace)) {
            errors = errors.also(FieldErrors.of(
                    "Namespace must be empty or equal to the trigger namespace \"" + namespace + "\"", "namespace"));
        }
        for (var field : new String[] {"kind", "name", "apiVersion"}) {
            if (reference.path(field).asText("").isEmpty()) {
                errors = errors.also(FieldErrors.missing(field));
            }
        }
        return errors;
    }

    private static FieldErrors injection(String value, String broker) {
        if (!value.equals("enabled") && !value.equals("disabled")) {
            return FieldErrors.of(
                    "The provided injection annotation value can only be \"enabled\" or \"disabled\", not \"" + value
                            + "\"",
                    "");
        }
        return broker.equals("default")
                ? FieldErrors.none()
                : FieldErrors.of(
                        "The provided injection annotation is only used for default broker, but non-default broker"
                                + " specified here: \"" + broker + "\"",
                        "");
    }
}
