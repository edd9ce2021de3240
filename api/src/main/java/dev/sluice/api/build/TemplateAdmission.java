package dev.sluice.api.build;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.admission.KindAdmission;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks BuildTemplates and ClusterBuildTemplates, and what they have in common with Builds. */
public final class TemplateAdmission implements KindAdmission {
    static final String WEBHOOK = "webhook.build.knative.dev";

    private final Resource resource;

    private TemplateAdmission(String plural, String kind, boolean namespaced) {
        resource = new Resource(Build.GROUP, Build.VERSION, plural, kind, namespaced, WEBHOOK, "");
    }

    public static TemplateAdmission ofBuildTemplates() {
        return new TemplateAdmission("buildtemplates", "BuildTemplate", true);
    }

    public static TemplateAdmission ofClusterBuildTemplates() {
        return new TemplateAdmission("clusterbuildtemplates", "ClusterBuildTemplate", false);
    }

    @Override
    public Resource resource() {
        return resource;
    }

    @Override
    public void defaults(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        // templates have no defaults
    }

    @Override
    public FieldErrors validate(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        var errors = metadata(object);
        if (!(object.get("spec") instanceof ObjectNode spec)) {
            return errors;
        }
        var inSteps = steps(list(spec, "steps"));
        var inVolumes = inSteps.isEmpty() ? volumes(list(spec, "volumes")) : inSteps;
        var inSpec = inVolumes.isEmpty() ? parameters(list(spec, "parameters")) : inVolumes;
        return errors.also(inSpec.viaField("spec"));
    }

    static FieldErrors metadata(ObjectNode object) {
        var name = object.path("metadata").path("name").asText("");
        if (name.contains(".")) {
            return FieldErrors.of("Invalid resource name: special character . must not be present", "metadata.name");
        }
        return name.length() > 63
                ? FieldErrors.of("Invalid resource name: length must be no more than 63 characters", "metadata.name")
                : FieldErrors.none();
    }

    static FieldErrors steps(List<JsonNode> steps) {
        var names = new HashSet<String>();
        for (var step : steps) {
            if (text(step, "image").isEmpty()) {
                return FieldErrors.missing("Image").viaField("steps");
            }
            var name = text(step, "name");
            if (!name.isEmpty() && !names.add(name)) {
                return FieldErrors.multipleOneOf("name").viaField("steps");
            }
        }
        return FieldErrors.none();
    }

    static FieldErrors volumes(List<JsonNode> volumes) {
        var names = new HashSet<String>();
        return volumes.stream().allMatch(v -> names.add(text(v, "name")))
                ? FieldErrors.none()
                : FieldErrors.multipleOneOf("name").viaField("volumes");
    }

    private static FieldErrors parameters(List<JsonNode> parameters) {
        var names = new HashSet<String>();
        return parameters.stream().allMatch(p -> names.add(text(p, "name")))
                ? FieldErrors.none()
                : FieldErrors.invalidKey("ParamName", "b.spec.params");
    }

    static String text(JsonNode object, String field) {
        return object.path(field).asText("");
    }

    static List<JsonNode> list(JsonNode object, String field) {
        var items = new ArrayList<JsonNode>();
        object.path(field).forEach(items::add);
        return items;
    }
}
