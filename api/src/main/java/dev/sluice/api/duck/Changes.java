package dev.sluice.api.duck;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.admission.FieldErrors;

/** Refuses changes of what may not change, with the difference as Knative prints it. */
public final class Changes {
    private static final String MESSAGE = "Immutable fields changed (-old +new)";

    /** @param paths as Knative names them, for example {@code spec} and {@code broker} */
    public static FieldErrors refuse(JsonNode before, JsonNode now, String... paths) {
        return (absent(before) && absent(now)) || before.equals(now)
                ? FieldErrors.none()
                : FieldErrors.detailed(MESSAGE, difference(before, now), paths);
    }

    /** One leaf of text, as {@code {string}}. */
    public static String difference(JsonNode before, JsonNode now) {
        return "{%s}:\n\t-: %s\n\t+: %s\n"
                .formatted(before.isTextual() || now.isTextual() ? "string" : "object", text(before), text(now));
    }

    private static String text(JsonNode node) {
        return absent(node) ? "\"\"" : node.toString();
    }

    private static boolean absent(JsonNode node) {
        return node.isMissingNode()
                || node.isNull()
                || (node.isTextual() && node.textValue().isEmpty());
    }

    private Changes() {}
}
