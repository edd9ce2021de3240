package dev.sluice.api.flows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.duck.DeliveryRules;
import dev.sluice.api.duck.DestinationRules;
import dev.sluice.api.duck.EventingKind;
import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.api.messaging.ChannelTemplates;
import dev.sluice.api.serving.admission.Json;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A Sequence has steps, a Parallel branches; both have a channel template. */
final class FlowAdmission extends EventingKind {
    /** The field of the list, and the destinations of each of its elements; none where the element itself is one. */
    private final String parts;

    private final List<String> destinations;

    private FlowAdmission(
            String plural, String kind, String parts, List<String> destinations, Supplier<EventingSettings> settings) {
        super("flows.knative.dev", "v1", plural, kind, settings);
        this.parts = parts;
        this.destinations = destinations;
    }

    static FlowAdmission sequence(Supplier<EventingSettings> settings) {
        return new FlowAdmission("sequences", "Sequence", "steps", List.of(), settings);
    }

    static FlowAdmission parallel(Supplier<EventingSettings> settings) {
        return new FlowAdmission(
                "parallels", "Parallel", "branches", List.of("filter", "subscriber", "reply"), settings);
    }

    @Override
    protected void fill(ObjectNode object, EventingSettings settings) {
        var namespace = namespace(object);
        var spec = Json.child(object, "spec");
        ChannelTemplates.fill(spec, namespace, settings);
        DestinationRules.fill(spec, "reply", namespace);
        for (var part : Json.list(spec, parts)) {
            if (destinations.isEmpty() && Json.has(part, "ref")) {
                var reference = Json.child(part, "ref");
                if (Json.text(reference, "namespace").isEmpty()) {
                    reference.put("namespace", namespace);
                }
            }
            destinations.forEach(field -> DestinationRules.fill(part, field, namespace));
            DeliveryRules.fill(part, namespace);
        }
    }

    @Override
    protected FieldErrors check(ObjectNode object, @Nullable ObjectNode old, EventingSettings settings) {
        var namespace = namespace(object);
        var spec = Json.object(object, "spec");
        var list = Json.list(spec, parts);
        var errors = list.isEmpty() ? FieldErrors.missing(parts) : FieldErrors.none();
        for (int i = 0; i < list.size(); i++) {
            errors = errors.also(part(list.get(i), namespace, settings).viaFieldIndex(parts, i));
        }
        return errors.also(ChannelTemplates.validate(spec))
                .also(DestinationRules.validate(spec, "reply", namespace))
                .viaField("spec");
    }

    private FieldErrors part(ObjectNode part, String namespace, EventingSettings settings) {
        var errors = DeliveryRules.validate(part, namespace, settings.delivery());
        if (destinations.isEmpty()) {
            return errors.also(DestinationRules.validate(part, namespace));
        }
        for (var field : destinations) {
            errors = errors.also(
                    field.equals("subscriber")
                            ? DestinationRules.required(part, field, namespace)
                            : DestinationRules.validate(part, field, namespace));
        }
        return errors;
    }
}
