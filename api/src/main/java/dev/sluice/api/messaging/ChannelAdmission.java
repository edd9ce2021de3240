package dev.sluice.api.messaging;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.duck.Changes;
import dev.sluice.api.duck.DeliveryRules;
import dev.sluice.api.duck.EventingKind;
import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.api.serving.admission.Json;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A Channel has a template and keeps it; nobody writes its subscribers. */
final class ChannelAdmission extends EventingKind {
    ChannelAdmission(Supplier<EventingSettings> settings) {
        super(MessagingNames.GROUP, "v1", "channels", "Channel", settings);
    }

    @Override
    protected void fill(ObjectNode object, EventingSettings settings) {
        var annotations = annotations(object);
        if (Json.text(annotations, MessagingNames.SUBSCRIBABLE).isEmpty()) {
            annotations.put(MessagingNames.SUBSCRIBABLE, "v1");
        }
        var spec = Json.child(object, "spec");
        ChannelTemplates.fill(spec, namespace(object), settings);
        DeliveryRules.fill(spec, namespace(object));
    }

    @Override
    protected FieldErrors check(ObjectNode object, @Nullable ObjectNode old, EventingSettings settings) {
        var spec = Json.object(object, "spec");
        var errors = ChannelTemplates.validate(spec);
        if (!Json.list(spec, "subscribers").isEmpty()) {
            errors = errors.also(FieldErrors.disallowed("subscribable.subscribers"));
        }
        errors = errors.also(DeliveryRules.validate(spec, namespace(object), settings.delivery()))
                .viaField("spec");
        return old == null
                ? errors
                : errors.also(Changes.refuse(
                        Json.object(old, "spec").without(List.of("subscribers")),
                        spec.deepCopy().without(List.of("subscribers")),
                        "spec"));
    }
}
