package dev.sluice.api.build;

import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether a template and the arguments of a Build fit each other, in the words of Knative Build's controller. Pure. */
public final class TemplateCheck {
    private static final Pattern NESTED = Pattern.compile("\\$\\{[^}]+\\$");

    /** What is wrong, as {@code Reason: message}; empty when nothing is. */
    public static Optional<String> problem(TemplateInstantiation instance, BuildTemplateSpec template) {
        var given = new HashSet<String>();
        for (var argument : instance.arguments()) {
            var name = Objects.requireNonNullElse(argument.name(), "");
            if (!given.add(name)) {
                return Optional.of("DuplicateArgName: duplicate argument name " + quote(name));
            }
        }
        var unsatisfied = template.parameters().stream()
                .filter(p -> p.defaultValue() == null && !given.contains(p.name()))
                .map(p -> "{" + p.name() + " " + Objects.requireNonNullElse(p.description(), "") + "}")
                .collect(Collectors.joining(" "));
        if (!unsatisfied.isEmpty()) {
            return Optional.of(
                    "UnsatisfiedParameter: build does not specify these required parameters: [" + unsatisfied + "]");
        }
        return nested(template);
    }

    /** The template is not there: the API server's words, the field that names it and where it was looked for. */
    public static String missing(TemplateInstantiation instance, String namespace) {
        var name = quote(Objects.requireNonNullElse(instance.name(), ""));
        return "ClusterBuildTemplate".equals(instance.kind())
                ? "spec.template.name: clusterbuildtemplates.build.knative.dev " + name + " not found"
                : "spec.template.name: buildtemplates.build.knative.dev " + name + " not found in namespace "
                        + quote(namespace) + ", nor a ClusterBuildTemplate of that name";
    }

    private static Optional<String> nested(BuildTemplateSpec template) {
        for (int i = 0; i < template.steps().size(); i++) {
            var step = template.steps().get(i);
            var label = step.getName() == null || step.getName().isEmpty() ? String.valueOf(i) : step.getName();
            BiFunction<String, @Nullable String, Optional<String>> check =
                    (where, text) -> text != null && NESTED.matcher(text).find()
                            ? Optional.of("NestedPlaceholder: nested placeholder in step " + where + quote(text))
                            : Optional.empty();
            var found = check.apply("name " + i + ": ", step.getName());
            for (int n = 0; found.isEmpty() && n < step.getArgs().size(); n++) {
                found = check.apply(label + " arg " + n + ": ", step.getArgs().get(n));
            }
            for (int n = 0; found.isEmpty() && n < step.getEnv().size(); n++) {
                found = check.apply(
                        label + " env value " + n + ": ", step.getEnv().get(n).getValue());
            }
            if (found.isEmpty()) {
                found = check.apply(label + " working dir ", step.getWorkingDir());
            }
            for (int n = 0; found.isEmpty() && n < step.getCommand().size(); n++) {
                found = check.apply(
                        label + " command " + n + ": ", step.getCommand().get(n));
            }
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static String quote(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private TemplateCheck() {}
}
