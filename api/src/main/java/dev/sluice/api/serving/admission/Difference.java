package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What changed between two objects, one leaf after the other, printed as Knative prints Go structs (knative/pkg kmp). */
final class Difference {
    private static final Set<String> OWN =
            Set.of("containerConcurrency", "timeoutSeconds", "responseStartTimeoutSeconds", "idleTimeoutSeconds");
    private static final Set<String> MAPS =
            Set.of("labels", "annotations", "requests", "limits", "nodeSelector", "matchLabels");

    /** Of two Revision specs. */
    static String ofRevisions(ObjectNode old, ObjectNode now) {
        var text = new StringBuilder();
        spec("{v1.RevisionSpec}", old, now, text);
        return text.toString();
    }

    /** Of two Revision templates. */
    static String ofTemplates(ObjectNode old, ObjectNode now) {
        var root = "{*v1.RevisionTemplateSpec}";
        var text = new StringBuilder();
        object(root + ".ObjectMeta", Json.object(old, "metadata"), Json.object(now, "metadata"), text);
        spec(root + ".Spec", Json.object(old, "spec"), Json.object(now, "spec"), text);
        return text.toString();
    }

    static String between(String root, ObjectNode old, ObjectNode now) {
        var text = new StringBuilder();
        object(root, old, now, text);
        return text.toString();
    }

    private static void spec(String root, ObjectNode old, ObjectNode now, StringBuilder text) {
        object(root + ".PodSpec", old.deepCopy().without(OWN), now.deepCopy().without(OWN), text);
        for (var field : new TreeSet<>(OWN)) {
            compare(root + "." + go(field), field, old.path(field), now.path(field), text);
        }
    }

    private static void object(String path, JsonNode old, JsonNode now, StringBuilder text) {
        var names = new TreeSet<String>();
        old.fieldNames().forEachRemaining(names::add);
        now.fieldNames().forEachRemaining(names::add);
        for (var name : names) {
            compare(path + "." + go(name), name, old.path(name), now.path(name), text);
        }
    }

    private static void compare(String path, String field, JsonNode old, JsonNode now, StringBuilder text) {
        if (empty(old) && empty(now)) {
            return;
        }
        if (MAPS.contains(field) && (old.isObject() || now.isObject())) {
            map(path, old, now, text);
        } else if (old.isObject() && now.isObject()) {
            object(path, old, now, text);
        } else if (old.isArray() || now.isArray()) {
            for (int i = 0; i < Math.max(old.size(), now.size()); i++) {
                compare(path + "[" + i + "]", "", old.path(i), now.path(i), text);
            }
        } else if (!old.asText().equals(now.asText()) || old.isObject() != now.isObject()) {
            boolean pointers = OWN.contains(field) && !empty(old) && !empty(now);
            text.append(pointers ? "*" : "").append(path).append(":\n");
            line(text, '-', old, now);
            line(text, '+', now, old);
        }
    }

    private static void map(String path, JsonNode old, JsonNode now, StringBuilder text) {
        var keys = new TreeMap<String, JsonNode>();
        old.properties().forEach(e -> keys.put(e.getKey(), e.getValue()));
        now.properties().forEach(e -> keys.put(e.getKey(), e.getValue()));
        keys.keySet().forEach(key -> compare(path + "[\"" + key + "\"]", "", old.path(key), now.path(key), text));
    }

    /** A struct that is absent has no line; text and numbers have their zero value. */
    private static void line(StringBuilder text, char sign, JsonNode value, JsonNode other) {
        if (value instanceof MissingNode && other.isContainerNode()) {
            return;
        }
        var shown = value.isContainerNode() ? value.toString() : value.isMissingNode() ? "" : value.asText();
        text.append("\t").append(sign).append(": \"").append(shown).append("\"\n");
    }

    private static boolean empty(JsonNode node) {
        return node.isMissingNode() || node.isNull() || (node.isContainerNode() && node.isEmpty());
    }

    private static String go(String field) {
        return field.isEmpty() ? field : Character.toUpperCase(field.charAt(0)) + field.substring(1);
    }

    private Difference() {}
}
