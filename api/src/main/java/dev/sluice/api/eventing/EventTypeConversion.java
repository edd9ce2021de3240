package dev.sluice.api.eventing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.KindConversion;
import dev.sluice.api.serving.admission.Json;
import org.jspecify.annotations.Nullable;

/**
 * EventTypes between v1beta3, whose attributes are a list, and the versions before. What those cannot say of a list, and a list not of
 * them, stays in an annotation, so that nothing is lost on the way there and back.
 */
final class EventTypeConversion implements KindConversion {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LISTED = "v1beta3";
    private static final String ATTRIBUTES = "events.sluice.dev/attributes";
    private static final String FIELDS = "events.sluice.dev/fields";

    @Override
    public String group() {
        return EventingNames.GROUP;
    }

    @Override
    public String kind() {
        return "EventType";
    }

    @Override
    public ObjectNode convert(ObjectNode object, String toVersion) {
        var converted = object.deepCopy();
        boolean from = isListed(Json.text(object, "apiVersion"));
        converted.put("apiVersion", group() + "/" + toVersion);
        boolean to = toVersion.equals(LISTED);
        if (from == to || !(converted.path("spec") instanceof ObjectNode spec)) {
            return converted;
        }
        converted.set("spec", to ? listed(converted, spec) : named(converted, spec));
        return converted;
    }

    private static boolean isListed(String apiVersion) {
        return apiVersion.endsWith("/" + LISTED);
    }

    private static ObjectNode listed(ObjectNode object, ObjectNode before) {
        var spec = JSON.createObjectNode();
        copy(before, spec, "reference", "description");
        var broker = Json.text(before, "broker");
        if (!spec.has("reference") && !broker.isEmpty()) {
            spec.putObject("reference")
                    .put("apiVersion", EventingNames.GROUP + "/v1")
                    .put("kind", "Broker")
                    .put("name", broker);
        }
        var kept = take(object, ATTRIBUTES);
        spec.set("attributes", kept instanceof ArrayNode list ? list : attributes(before));
        var rest = JSON.createObjectNode();
        copy(before, rest, "schemaData", "broker");
        keep(object, FIELDS, rest.isEmpty() ? null : rest);
        return spec;
    }

    private static ArrayNode attributes(ObjectNode before) {
        var list = JSON.createArrayNode();
        add(list, "type", true, Json.text(before, "type"));
        if (!Json.text(before, "schema").isEmpty()) {
            add(list, "schemadata", false, Json.text(before, "schema"));
        }
        add(list, "source", true, Json.text(before, "source"));
        add(list, "specversion", true, "");
        add(list, "id", true, "");
        return list;
    }

    private static void add(ArrayNode list, String name, boolean required, String value) {
        var attribute = list.addObject().put("name", name).put("required", required);
        if (!value.isEmpty()) {
            attribute.put("value", value);
        }
    }

    private static ObjectNode named(ObjectNode object, ObjectNode before) {
        var spec = JSON.createObjectNode();
        for (var attribute : Json.list(before, "attributes")) {
            var value = Json.text(attribute, "value");
            switch (Json.text(attribute, "name")) {
                case "type" -> spec.put("type", value);
                case "source" -> put(spec, "source", value);
                case "schemadata" -> put(spec, "schema", value);
                default -> {} // kept beside
            }
        }
        copy(before, spec, "description");
        if (take(object, FIELDS) instanceof ObjectNode fields) {
            spec.setAll(fields);
        }
        if (!isOf(Json.text(spec, "broker"), before.path("reference"))) {
            copy(before, spec, "reference");
        }
        var list = before.path("attributes");
        keep(object, ATTRIBUTES, list.equals(attributes(spec)) ? null : list);
        return spec;
    }

    /** Whether the reference says no more than the name of the Broker did. */
    private static boolean isOf(String broker, JsonNode reference) {
        return !broker.isEmpty()
                && reference.size() == 3
                && reference.path("kind").asText("").equals("Broker")
                && reference.path("name").asText("").equals(broker);
    }

    private static void put(ObjectNode spec, String field, String value) {
        if (!value.isEmpty()) {
            spec.put(field, value);
        }
    }

    private static void copy(ObjectNode from, ObjectNode to, String... fields) {
        for (var field : fields) {
            if (from.has(field)) {
                to.set(field, from.get(field));
            }
        }
    }

    private static JsonNode take(ObjectNode object, String annotation) {
        var annotations = Json.object(Json.object(object, "metadata"), "annotations");
        var text = Json.text(annotations, annotation);
        if (text.isEmpty()) {
            return JSON.nullNode();
        }
        keep(object, annotation, null);
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException _) { // written by hand
            return JSON.nullNode();
        }
    }

    private static void keep(ObjectNode object, String annotation, @Nullable JsonNode value) {
        if (value != null) {
            Json.child(Json.child(object, "metadata"), "annotations").put(annotation, value.toString());
        } else if (object.at("/metadata/annotations") instanceof ObjectNode annotations) {
            annotations.remove(annotation);
            if (annotations.isEmpty()) {
                ((ObjectNode) object.path("metadata")).remove("annotations");
            }
        }
    }
}
