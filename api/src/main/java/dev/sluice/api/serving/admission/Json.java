package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads JSON the way Go reads it into structs: what is absent or null is the zero value, another type is an error. */
public final class Json {
    private static final ObjectNode EMPTY = JsonNodeFactory.instance.objectNode();

    public static String text(JsonNode node, String field) {
        var value = node.path(field);
        return absent(value)
                ? ""
                : expect(value.isTextual(), value, field, "string").textValue();
    }

    public static boolean truth(JsonNode node, String field) {
        var value = node.path(field);
        return !absent(value)
                && expect(value.isBoolean(), value, field, "boolean").booleanValue();
    }

    public static long number(JsonNode node, String field) {
        var value = node.path(field);
        return absent(value)
                ? 0
                : expect(value.isIntegralNumber(), value, field, "integer").longValue();
    }

    public static boolean has(JsonNode node, String field) {
        return node.hasNonNull(field);
    }

    /** Reads only: an absent object is empty, and changing it changes nothing. */
    public static ObjectNode object(JsonNode node, String field) {
        var value = node.path(field);
        return absent(value) ? EMPTY.deepCopy() : (ObjectNode) expect(value.isObject(), value, field, "object");
    }

    /** The object under {@code field}, made when absent. */
    public static ObjectNode child(ObjectNode node, String field) {
        return absent(node.path(field)) ? node.putObject(field) : object(node, field);
    }

    /** The objects of a list. */
    public static List<ObjectNode> list(JsonNode node, String field) {
        var value = node.path(field);
        var objects = new ArrayList<ObjectNode>();
        if (!absent(value)) {
            expect(value.isArray(), value, field, "array")
                    .forEach(element ->
                            objects.add((ObjectNode) expect(element.isObject(), element, field, "array of objects")));
        }
        return objects;
    }

    public static Map<String, String> texts(JsonNode node, String field) {
        var map = new TreeMap<String, String>();
        node.path(field)
                .properties()
                .forEach(entry -> map.put(entry.getKey(), entry.getValue().asText("")));
        return map;
    }

    /** Whether Go would see nothing: null, false, zero, empty text or list. An empty object counts as something. */
    public static boolean zero(@Nullable JsonNode node) {
        if (node == null || node.isNull() || node.isMissingNode()) {
            return true;
        }
        return (node.isBoolean() && !node.booleanValue())
                || (node.isNumber() && node.doubleValue() == 0)
                || (node.isTextual() && node.textValue().isEmpty())
                || (node.isArray() && node.isEmpty());
    }

    private static boolean absent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private static JsonNode expect(boolean fits, JsonNode value, String field, String type) {
        if (!fits) {
            throw new WrongType("cannot unmarshal " + value.getNodeType().name().toLowerCase(Locale.ROOT)
                    + " into field " + field + " of type " + type);
        }
        return value;
    }

    /** A value of another type than its field's. The schema says it better, where it is asked. */
    public static final class WrongType extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        WrongType(String message) {
            super(message);
        }
    }

    private Json() {}
}
