package dev.sluice.api.build;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.admission.KindAdmission;
import dev.sluice.model.time.GoDuration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Defaults and checks Builds in the words of Knative Build 0.7: the first thing that is wrong is told, besides a bad name. */
public final class BuildAdmission implements KindAdmission {
    private static final Set<String> TEMPLATE_KINDS = Set.of("BuildTemplate", "ClusterBuildTemplate");

    @Override
    public Resource resource() {
        return new Resource(Build.GROUP, Build.VERSION, "builds", "Build", true, TemplateAdmission.WEBHOOK, "");
    }

    @Override
    public void defaults(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        if (!context.subresource().isEmpty()) {
            return;
        }
        var existing = object.get("spec");
        if (existing != null && !existing.isObject() && !existing.isNull()) {
            return; // a wrong type: the schema says so
        }
        var spec = existing instanceof ObjectNode given ? given : object.putObject("spec");
        if (TemplateAdmission.text(spec, "serviceAccountName").isEmpty()) {
            spec.put("serviceAccountName", "default");
        }
        if (!spec.hasNonNull("timeout")) {
            spec.put("timeout", "10m0s");
        }
        if (spec.get("template") instanceof ObjectNode template
                && TemplateAdmission.text(template, "kind").isEmpty()) {
            template.put("kind", "BuildTemplate");
        }
        if (spec.hasNonNull("status")) {
            if (!spec.hasNonNull("Status")) {
                spec.set("Status", spec.get("status"));
            }
            spec.remove("status");
        }
    }

    @Override
    public FieldErrors validate(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        if (!context.subresource().isEmpty()) {
            return FieldErrors.none();
        }
        var spec = object.get("spec") instanceof ObjectNode given ? given : JsonNodeFactory.instance.objectNode();
        return TemplateAdmission.metadata(object)
                .also(firstOf(spec(spec), DurabilityRules.check(spec)).viaField("spec"));
    }

    private static FieldErrors spec(ObjectNode spec) {
        var steps = TemplateAdmission.list(spec, "steps");
        boolean hasTemplate = spec.hasNonNull("template");
        if (!hasTemplate && steps.isEmpty()) {
            return FieldErrors.missingOneOf("steps", "template");
        }
        if (hasTemplate && !steps.isEmpty()) {
            return FieldErrors.multipleOneOf("steps", "template");
        }
        if (hasTemplate) { // and the rest is the controller's to judge, but a timeout has to be one
            return firstOf(template(spec.get("template")).viaField("template"), duration(spec));
        }
        return firstOf(
                sources(spec),
                TemplateAdmission.volumes(TemplateAdmission.list(spec, "volumes")),
                timeout(spec),
                TemplateAdmission.steps(steps));
    }

    private static FieldErrors firstOf(FieldErrors... errors) {
        return List.of(errors).stream().filter(e -> !e.isEmpty()).findFirst().orElse(FieldErrors.none());
    }

    private static FieldErrors template(JsonNode template) {
        if (TemplateAdmission.text(template, "name").isEmpty()) {
            return FieldErrors.missing("name");
        }
        var kind = TemplateAdmission.text(template, "kind");
        if (!kind.isEmpty() && !TEMPLATE_KINDS.contains(kind)) {
            return FieldErrors.invalid(kind, "kind");
        }
        return FieldErrors.none();
    }

    private static FieldErrors sources(ObjectNode spec) {
        var sources = TemplateAdmission.list(spec, "sources");
        if (spec.hasNonNull("source") && !sources.isEmpty()) {
            return FieldErrors.multipleOneOf("source", "sources");
        }
        var names = new HashSet<String>();
        if (!sources.stream().allMatch(s -> names.add(TemplateAdmission.text(s, "name")))) {
            return FieldErrors.multipleOneOf("name").viaField("sources");
        }
        if (sources.stream()
                        .filter(s -> !TemplateAdmission.text(s, "subPath").isEmpty())
                        .count()
                > 1) {
            return FieldErrors.multipleOneOf("subpath").viaField("sources");
        }
        var all = spec.hasNonNull("source") ? List.of(spec.get("source")) : sources;
        return targets(all);
    }

    private static FieldErrors targets(List<JsonNode> sources) {
        var targets = new ArrayList<String>();
        int untargeted = 0;
        for (var source : sources) {
            var target = TemplateAdmission.text(source, "targetPath");
            if (source.hasNonNull("custom")) {
                if (!target.isEmpty()) {
                    return FieldErrors.invalid(target, "targetPath").viaField("sources");
                }
                continue;
            }
            if (target.isEmpty() && ++untargeted > 1) {
                return FieldErrors.invalid("Empty Target Path", "targetPath").viaField("sources");
            }
            if (!target.isEmpty()) {
                if (targets.stream().anyMatch(t -> t.startsWith(target) || target.startsWith(t))) {
                    return FieldErrors.of("Overlapping Target Paths", "targetPath")
                            .viaField("sources");
                }
                targets.add(target);
            }
        }
        return FieldErrors.none();
    }

    private static FieldErrors timeout(ObjectNode spec) {
        var timeout = GoDuration.parse(TemplateAdmission.text(spec, "timeout"));
        return timeout.isPresent()
                        && (timeout.get().isNegative() || timeout.get().compareTo(BuildSpec.MAXIMUM_TIMEOUT) > 0)
                ? FieldErrors.outOfBounds(GoDuration.format(timeout.get()), "0", "24", "timeout")
                : duration(spec);
    }

    private static FieldErrors duration(ObjectNode spec) {
        var text = TemplateAdmission.text(spec, "timeout");
        return text.isEmpty() || GoDuration.parse(text).isPresent()
                ? FieldErrors.none()
                : FieldErrors.invalid(text, "timeout");
    }
}
