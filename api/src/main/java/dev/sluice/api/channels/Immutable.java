package dev.sluice.api.channels;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.sluice.api.admission.FieldErrors;
import java.util.List;
import java.util.Locale;

/** Refuses changes of fields that may not change, with the difference as Go's cmp printed it in 2018. */
final class Immutable {
    static FieldErrors unchanged(String goType, JsonNode oldSpec, JsonNode newSpec, List<String> fields) {
        var diff = new StringBuilder();
        for (var field : fields) {
            var before = text(oldSpec.path(field));
            var after = text(newSpec.path(field));
            if (!before.equals(after)) {
                diff.append("{v1alpha1.%s}.%s:\n\t-: \"%s\"\n\t+: \"%s\"\n"
                        .formatted(goType, goName(field), before, after));
            }
        }
        return diff.isEmpty()
                ? FieldErrors.none()
                : FieldErrors.detailed("Immutable fields changed (-old +new)", diff.toString(), "spec");
    }

    static String text(JsonNode node) {
        return node instanceof MissingNode || node.isNull() ? "" : node.asText();
    }

    private static String goName(String field) {
        return field.substring(0, 1).toUpperCase(Locale.ROOT) + field.substring(1);
    }

    private Immutable() {}
}
