package dev.sluice.api.serving;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The v1alpha1 spec of an object as its author wrote it, kept in an annotation of the v1 form where v1 alone could not give it
 * back. It stands beside a hash of the v1 spec it became and counts only while that hash holds: whoever edits the v1 spec
 * ends it. The reconciler of Services asks {@link #isManual}: such a Service gets no children and touches none.
 */
public final class HistoricForm {
    public static final String KEY = "serving.sluice.dev/v1alpha1";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Whether {@code service} was written as {@code manual}. */
    public static boolean isManual(KnativeService service) {
        var annotations = service.getMetadata().getAnnotations();
        if (annotations == null || !annotations.containsKey(KEY)) {
            return false;
        }
        var written = kept(annotations.get(KEY), JSON.valueToTree(service.getSpec()));
        return written != null && written.has("manual");
    }

    /** Whether {@code service}, in v1, was written as {@code manual}. */
    public static boolean isManual(ObjectNode service) {
        var written = of(service);
        return written != null && written.has("manual");
    }

    /** What {@code object}, in v1, was written as; null when it was written in v1 or edited there since. */
    public static @Nullable ObjectNode of(ObjectNode object) {
        var raw = object.path("metadata").path("annotations").path(KEY);
        return raw.isTextual() ? kept(raw.textValue(), object.path("spec")) : null;
    }

    public static void put(ObjectNode object, ObjectNode written) {
        var value = JSON.createObjectNode().put("hash", hash(object.path("spec")));
        value.set("spec", written);
        object.withObjectProperty("metadata").withObjectProperty("annotations").put(KEY, value.toString());
    }

    public static void remove(ObjectNode object) {
        if (object.path("metadata").path("annotations") instanceof ObjectNode annotations) {
            annotations.remove(KEY);
            if (annotations.isEmpty()) {
                object.withObjectProperty("metadata").remove("annotations");
            }
        }
    }

    private static @Nullable ObjectNode kept(String raw, JsonNode spec) {
        try {
            var value = JSON.readTree(raw);
            return hash(spec).equals(value.path("hash").textValue()) && value.path("spec") instanceof ObjectNode written
                    ? written
                    : null;
        } catch (JsonProcessingException _) {
            return null; // somebody else's annotation: as if there were none
        }
    }

    /** Equal for specs that differ only in order, in absent against empty, or in numbers against their text. */
    public static String hash(JsonNode spec) {
        try {
            var canonical = canonical(spec).toString().getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(canonical));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    private static JsonNode canonical(JsonNode node) {
        if (node.isArray()) {
            var copy = JSON.createArrayNode();
            node.forEach(element -> copy.add(canonical(element)));
            return copy;
        }
        if (!node.isObject()) {
            return JSON.getNodeFactory().textNode(node.asText());
        }
        var sorted = new TreeMap<String, JsonNode>();
        node.properties().forEach(field -> {
            var value = canonical(field.getValue());
            boolean empty = field.getValue().isNull() || (value.isContainerNode() && value.isEmpty());
            if (!empty) {
                sorted.put(field.getKey(), value);
            }
        });
        var copy = JSON.createObjectNode();
        sorted.forEach(copy::set);
        return copy;
    }

    private HistoricForm() {}
}
