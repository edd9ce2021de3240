package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.serving.ServingAnnotations;
import dev.sluice.model.time.GoDuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rules of a Revision's spec and of the template it is made from (spec/serving.md sections 1.5 and 1.10). */
final class TemplateRules {
    static void defaults(ObjectNode spec, @Nullable ObjectNode old, AdmissionConfig config) {
        var template = Json.child(spec, "template");
        var name = name(template);
        boolean sameOwnName =
                old != null && !name.isEmpty() && name.equals(name(Json.object(Json.object(old, "spec"), "template")));
        if (!sameOwnName) { // else a new default would count as a change without a change of the name
            RevisionDefaults.apply(Json.child(template, "spec"), old == null, config);
        }
    }

    /** @param parent the Configuration or Service around the template */
    static FieldErrors template(ObjectNode template, ObjectNode parent, AdmissionConfig config) {
        return spec(Json.object(template, "spec"), config).viaField("spec").also(metadata(template, parent, config));
    }

    /** @param spec of a Configuration or Service; paths are below it */
    static FieldErrors cautions(ObjectNode spec) {
        var template = Json.object(spec, "template");
        return InsecureDefaults.of(Json.object(template, "spec"))
                .viaField("spec")
                .also(withoutEffect(MetadataRules.annotations(template)).viaField("metadata.annotations"))
                .viaField("template");
    }

    private static FieldErrors withoutEffect(Map<String, String> annotations) {
        var keys = annotations.keySet().stream()
                .filter(key -> key.startsWith(ServingAnnotations.QUEUE_SIDECAR))
                .sorted()
                .toArray(String[]::new);
        return keys.length == 0 ? FieldErrors.none() : FieldErrors.of("no effect: there is no sidecar", keys);
    }

    static FieldErrors metadata(ObjectNode template, ObjectNode parent, AdmissionConfig config) {
        var metadata = Json.object(template, "metadata");
        var annotations = Json.texts(metadata, "annotations");
        return FieldErrors.all(List.of(
                AutoscalingAnnotations.validate(annotations, config).viaField("metadata.annotations"),
                ownName(metadata, Json.object(parent, "metadata")),
                sidecar(annotations).viaField("metadata.annotations"),
                progressDeadline(annotations).viaField("metadata.annotations")));
    }

    /** Of a Revision and of its PodAutoscaler. */
    static FieldErrors concurrency(ObjectNode spec, ServingDefaults defaults) {
        if (!Json.has(spec, "containerConcurrency")) {
            return FieldErrors.none();
        }
        long concurrency = Json.number(spec, "containerConcurrency");
        long low = defaults.allowContainerConcurrencyZero() ? 0 : 1;
        long high = defaults.containerConcurrencyMaxLimit();
        return concurrency < low || concurrency > high
                ? FieldErrors.outOfBounds(concurrency, low, high, "containerConcurrency")
                : FieldErrors.none();
    }

    static FieldErrors spec(ObjectNode spec, AdmissionConfig config) {
        var defaults = config.defaults();
        var errors = new ArrayList<FieldErrors>();
        errors.add(PodTemplateValidation.validate(spec, config.features()));
        long timeout = Json.number(spec, "timeoutSeconds");
        if (timeout < 0 || timeout > defaults.maxRevisionTimeoutSeconds()) {
            errors.add(FieldErrors.outOfBounds(timeout, 0, defaults.maxRevisionTimeoutSeconds(), "timeoutSeconds"));
        }
        errors.add(concurrency(spec, defaults));
        return FieldErrors.all(errors);
    }

    /** A Revision that the user has named changes only together with its name. Paths are below the template. */
    static FieldErrors nameChange(ObjectNode template, ObjectNode old) {
        var name = name(template);
        if (name.isEmpty() || !name.equals(name(old))) {
            return FieldErrors.none();
        }
        var difference = Difference.ofTemplates(old, template);
        return difference.isEmpty()
                ? FieldErrors.none()
                : FieldErrors.detailed(
                        "Saw the following changes without a name change (-old +new)", difference, "metadata.name");
    }

    private static FieldErrors ownName(ObjectNode metadata, ObjectNode parent) {
        var generate = Json.text(metadata, "generateName");
        if (!generate.isEmpty()) {
            var wrong = Names.dns1035(Names.generatePrefix(generate));
            if (!wrong.isEmpty()) {
                return FieldErrors.invalid(
                        "not a DNS 1035 label prefix: " + Names.list(wrong), "metadata.generateName");
            }
        }
        var name = Json.text(metadata, "name");
        if (name.isEmpty()) {
            return FieldErrors.none();
        }
        var wrong = Names.dns1035(name);
        if (!wrong.isEmpty()) {
            return FieldErrors.invalid("not a DNS 1035 label: " + Names.list(wrong), "metadata.name");
        }
        var parentName = Json.text(parent, "name");
        if (parentName.isEmpty() && !Json.text(parent, "generateName").isEmpty()) {
            return FieldErrors.disallowed("metadata.name");
        }
        var prefix = parentName + "-";
        return name.startsWith(prefix)
                ? FieldErrors.none()
                : FieldErrors.invalid("\"" + name + "\" must have prefix \"" + prefix + "\"", "metadata.name");
    }

    private static FieldErrors sidecar(Map<String, String> annotations) {
        var key = ServingAnnotations.QUEUE_SIDECAR + "resource-percentage";
        var legacy = ServingAnnotations.QUEUE_SIDECAR + "resourcePercentage";
        var used = annotations.containsKey(key) ? key : legacy;
        var value = annotations.get(used);
        if (value == null) {
            return FieldErrors.none();
        }
        try {
            double percent = Double.parseDouble(value);
            return percent < 0.1 || percent > 100
                    ? FieldErrors.outOfBounds(value, "0.1", "100", "[" + used + "]")
                    : FieldErrors.none();
        } catch (NumberFormatException _) {
            return FieldErrors.invalid(value, "[" + used + "]");
        }
    }

    private static FieldErrors progressDeadline(Map<String, String> annotations) {
        var used = annotations.containsKey(ServingAnnotations.PROGRESS_DEADLINE)
                ? ServingAnnotations.PROGRESS_DEADLINE
                : ServingAnnotations.PROGRESS_DEADLINE_LEGACY;
        var value = annotations.get(used);
        if (value == null) {
            return FieldErrors.none();
        }
        var deadline = GoDuration.parse(value);
        if (deadline.isEmpty()) {
            return FieldErrors.invalid(value, used);
        }
        if (deadline.get().toNanosPart() != 0) {
            return FieldErrors.of("progress-deadline=" + value + " is not at second precision", used);
        }
        return deadline.get().isPositive()
                ? FieldErrors.none()
                : FieldErrors.of("progress-deadline=" + value + " must be positive", used);
    }

    private static String name(ObjectNode template) {
        return Json.text(Json.object(template, "metadata"), "name");
    }

    private TemplateRules() {}
}
