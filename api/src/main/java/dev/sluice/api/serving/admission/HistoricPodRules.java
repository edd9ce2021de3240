package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.serving.historic.HistoricPod;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Configurations and Revisions in v1alpha1: today's rules for the pod, told of {@code container} and {@code revisionTemplate}. */
final class HistoricPodRules {
    static void defaults(ObjectNode configuration, boolean create, AdmissionConfig config) {
        if (configuration.path("revisionTemplate") instanceof ObjectNode template) {
            podDefaults(Json.child(template, "spec"), create, config);
        } else if (configuration.path("template") instanceof ObjectNode template) {
            RevisionDefaults.apply(Json.child(template, "spec"), create, config);
        }
    }

    static void podDefaults(ObjectNode spec, boolean create, AdmissionConfig config) {
        var container = spec.remove("container");
        boolean wrapped = container != null && !spec.has("containers");
        if (wrapped) {
            spec.putArray("containers").add(container);
        }
        if (Json.text(spec, "concurrencyModel").equals("Single") && !Json.has(spec, "containerConcurrency")) {
            spec.put("containerConcurrency", 1);
        }
        RevisionDefaults.apply(spec, create, config);
        if (wrapped) {
            var filled = spec.path("containers").path(0);
            spec.remove("containers");
            spec.set("container", filled);
        } else if (container != null) {
            spec.set("container", container);
        }
    }

    /** @param owner the Service or Configuration that a Revision's own name begins with */
    static FieldErrors configuration(ObjectNode configuration, ObjectNode owner, AdmissionConfig config) {
        var errors = new ArrayList<FieldErrors>();
        errors.add(build(configuration));
        if (Json.has(configuration, "template") && !Json.has(configuration, "revisionTemplate")) {
            errors.add(TemplateRules.template(Json.object(configuration, "template"), owner, config)
                    .viaField("template"));
            return FieldErrors.all(errors);
        }
        var template = Json.object(configuration, "revisionTemplate");
        errors.add(pod(Json.object(template, "spec"), config)
                .viaField("spec")
                .also(TemplateRules.metadata(template, owner, config))
                .viaField("revisionTemplate"));
        return FieldErrors.all(errors);
    }

    static FieldErrors pod(ObjectNode spec, AdmissionConfig config) {
        var errors = new ArrayList<FieldErrors>();
        if (Json.has(spec, "container") && Json.has(spec, "containers")) {
            errors.add(FieldErrors.multipleOneOf("container", "containers"));
        }
        boolean one = !Json.has(spec, "containers");
        var rules = TemplateRules.spec(HistoricPod.up(spec), config);
        errors.add(one ? inContainer(rules) : rules);
        errors.add(oneOf(spec, "concurrencyModel", Set.of("", "Single", "Multi")));
        errors.add(oneOf(spec, "servingState", Set.of("", "Active", "Reserve", "Retired")));
        var reference = Json.object(spec, "buildRef");
        var forbidden = List.of("namespace", "fieldPath", "resourceVersion", "uid").stream()
                .filter(field -> Json.has(reference, field))
                .toArray(String[]::new);
        if (forbidden.length > 0) {
            errors.add(FieldErrors.disallowed(forbidden).viaField("buildRef"));
        }
        if (Json.has(spec, "buildRef")) {
            for (var field : List.of("apiVersion", "kind", "name")) {
                if (Json.text(reference, field).isEmpty()) {
                    errors.add(FieldErrors.missing(field).viaField("buildRef"));
                }
            }
        }
        return FieldErrors.all(errors);
    }

    /** A build is the spec of one, or a whole object: then it says of what kind. */
    private static FieldErrors build(ObjectNode configuration) {
        if (!Json.has(configuration, "build")) {
            return FieldErrors.none();
        }
        if (!(configuration.get("build") instanceof ObjectNode build)) {
            return FieldErrors.invalid(configuration.get("build"), "build");
        }
        boolean version = !Json.text(build, "apiVersion").isEmpty();
        boolean kind = !Json.text(build, "kind").isEmpty();
        return version == kind ? FieldErrors.none() : FieldErrors.missing(version ? "build.kind" : "build.apiVersion");
    }

    private static FieldErrors oneOf(ObjectNode spec, String field, Set<String> values) {
        var value = Json.text(spec, field);
        return values.contains(value) ? FieldErrors.none() : FieldErrors.invalid(value, field);
    }

    private static FieldErrors inContainer(FieldErrors errors) {
        return new FieldErrors(errors.entries().stream()
                .map(entry -> new FieldErrors.Entry(
                        entry.message(),
                        entry.paths().stream()
                                .map(path -> path.equals("containers")
                                        ? "container"
                                        : path.replaceFirst("^containers\\[(0|\\*)]", "container"))
                                .toList(),
                        entry.details()))
                .toList());
    }

    private HistoricPodRules() {}
}
