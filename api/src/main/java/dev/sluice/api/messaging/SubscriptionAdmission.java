package dev.sluice.api.messaging;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.duck.Changes;
import dev.sluice.api.duck.DeliveryAnnotations;
import dev.sluice.api.duck.DeliveryRules;
import dev.sluice.api.duck.DestinationRules;
import dev.sluice.api.duck.EventingKind;
import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.api.serving.admission.Json;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A Subscription names a channel and keeps it; where its events and answers go, and how, may change. */
final class SubscriptionAdmission extends EventingKind {
    private static final List<String> REFERENCE = List.of("name", "apiVersion", "kind");

    SubscriptionAdmission(Supplier<EventingSettings> settings) {
        super(MessagingNames.GROUP, "v1", "subscriptions", "Subscription", settings);
    }

    @Override
    protected void fill(ObjectNode object, EventingSettings settings) {
        var namespace = namespace(object);
        var spec = Json.child(object, "spec");
        DestinationRules.fill(spec, "subscriber", namespace);
        DestinationRules.fill(spec, "reply", namespace);
        DeliveryRules.fill(spec, namespace);
    }

    @Override
    protected FieldErrors check(ObjectNode object, @Nullable ObjectNode old, EventingSettings settings) {
        var namespace = namespace(object);
        var spec = Json.object(object, "spec");
        var channel = Json.object(spec, "channel");
        if (channel.isEmpty()) {
            return FieldErrors.detailed("missing field(s)", "the Subscription must reference a channel", "channel")
                    .viaField("spec");
        }
        var errors = channel(channel).viaField("channel");
        if (Json.object(spec, "subscriber").isEmpty()) {
            errors = errors.also(FieldErrors.detailed(
                    "missing field(s)", "the Subscription must reference a subscriber", "subscriber"));
        } else {
            errors = errors.also(DestinationRules.validate(spec, "subscriber", namespace));
        }
        if (!Json.object(spec, "reply").isEmpty()) {
            errors = errors.also(DestinationRules.validate(spec, "reply", namespace));
        }
        errors = errors.also(DeliveryRules.validate(spec, namespace, settings.delivery()))
                .viaField("spec")
                .also(DeliveryAnnotations.validate(object));
        return old == null
                ? errors
                : errors.also(Changes.refuse(old.at("/spec/channel"), object.at("/spec/channel"), "spec"));
    }

    /** Only what names the channel may be set; it is in the Subscription's namespace. */
    private static FieldErrors channel(ObjectNode channel) {
        var errors = FieldErrors.none();
        for (var field : REFERENCE) {
            if (Json.text(channel, field).isEmpty()) {
                errors = errors.also(FieldErrors.missing(field));
            }
        }
        for (var field : channel.properties()) {
            if (!REFERENCE.contains(field.getKey())) {
                errors = errors.also(FieldErrors.detailed(
                        "must not set the field(s)",
                        "only name, apiVersion and kind are supported fields",
                        field.getKey()));
            }
        }
        return errors;
    }
}
