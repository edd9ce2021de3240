package dev.sluice.api.serving.admission;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a container without a name is called: the part of Go's templates that makes sense there, {@code {{.Name}}} and
 * {@code {{.Namespace}}} of the object around.
 *
 * @param otherwise when nothing comes of the template, as for an object whose name is not known yet
 */
public record ContainerName(String template, String otherwise) {
    private static final Pattern FIELD = Pattern.compile("\\{\\{-?\\s*\\.(Name|Namespace)\\s*-?}}");

    /** Whether no other action is in it. */
    public boolean isUnderstood() {
        var rest = FIELD.matcher(template).replaceAll("");
        return !rest.contains("{{") && !rest.contains("}}");
    }

    ContainerName within(String name, String namespace) {
        var text = FIELD.matcher(template)
                .replaceAll(field -> Matcher.quoteReplacement(field.group(1).equals("Name") ? name : namespace));
        return new ContainerName(text.isEmpty() ? otherwise : text, otherwise);
    }
}
