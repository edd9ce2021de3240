package dev.sluice.api.eventing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.duck.Changes;
import dev.sluice.api.duck.EventingKind;
import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.api.serving.admission.Json;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An EventType names a type, in v1beta3 among its attributes, and does not change. */
final class EventTypeAdmission extends EventingKind {
    private final boolean listed;

    /** @param version {@code v1beta1}, {@code v1beta2} or {@code v1beta3} */
    EventTypeAdmission(String version, Supplier<EventingSettings> settings) {
        super(EventingNames.GROUP, version, "eventtypes", "EventType", settings);
        this.listed = version.equals("v1beta3");
    }

    @Override
    protected void fill(ObjectNode object, EventingSettings settings) {
        var spec = Json.object(object, "spec");
        if (Json.has(spec, "reference")
                && Json.text(Json.object(spec, "reference"), "namespace").isEmpty()) {
            Json.child(Json.child(object, "spec"), "reference").put("namespace", namespace(object));
        }
    }

    @Override
    protected FieldErrors check(ObjectNode object, @Nullable ObjectNode old, EventingSettings settings) {
        var spec = Json.object(object, "spec");
        var errors = listed ? attributes(spec) : type(spec);
        return errors.viaField("spec")
                .also(old == null ? FieldErrors.none() : Changes.refuse(old.path("spec"), object.path("spec"), "spec"));
    }

    private static FieldErrors type(ObjectNode spec) {
        return Json.text(spec, "type").isEmpty() ? FieldErrors.missing("type") : FieldErrors.none();
    }

    private static FieldErrors attributes(ObjectNode spec) {
        var names = Json.list(spec, "attributes").stream()
                .map(attribute -> Json.text(attribute, "name"))
                .collect(Collectors.toSet());
        var missing = Stream.of("type", "source", "specversion", "id")
                .filter(name -> !names.contains(name))
                .toArray(String[]::new);
        return missing.length == 0
                ? FieldErrors.none()
                : FieldErrors.missing(missing).viaField("attributes");
    }
}
