package dev.sluice.api.messaging;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.api.serving.admission.Json;

/** The {@code channelTemplate} of Channel, Sequence and Parallel. */
public final class ChannelTemplates {
    public static void fill(ObjectNode spec, String namespace, EventingSettings settings) {
        if (!Json.has(spec, "channelTemplate")) {
            spec.set("channelTemplate", settings.channels().template(namespace));
        }
    }

    public static FieldErrors validate(JsonNode spec) {
        if (!Json.has(spec, "channelTemplate")) {
            return FieldErrors.missing("channelTemplate");
        }
        var template = Json.object(spec, "channelTemplate");
        var errors = FieldErrors.none();
        for (var field : new String[] {"kind", "apiVersion"}) {
            if (Json.text(template, field).isEmpty()) {
                errors = errors.also(FieldErrors.missing(field));
            }
        }
        return errors.viaField("channelTemplate");
    }

    private ChannelTemplates() {}
}
