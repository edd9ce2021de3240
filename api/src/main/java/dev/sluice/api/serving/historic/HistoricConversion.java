package dev.sluice.api.serving.historic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.KindConversion;
import dev.sluice.api.serving.BuildAnnotation;
import dev.sluice.api.serving.HistoricForm;
import dev.sluice.api.serving.ServingAnnotations;
import dev.sluice.api.serving.admission.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Serving's kinds between v1alpha1 and v1, which is stored. Going up and down again gives back what was written: what v1
 * cannot say goes with it in two annotations, {@link BuildAnnotation} and {@link HistoricForm}. What was written in v1 comes
 * down as {@code runLatest} where that says it all, else as the template and traffic that it is.
 */
public record HistoricConversion(String kind) implements KindConversion {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> MODES = List.of("runLatest", "pinned", "release");

    public static List<KindConversion> all() {
        return List.of(
                new HistoricConversion("Service"),
                new HistoricConversion("Configuration"),
                new HistoricConversion("Revision"),
                new HistoricConversion("Route"));
    }

    @Override
    public String group() {
        return ServingAnnotations.GROUP;
    }

    @Override
    public ObjectNode convert(ObjectNode object, String toVersion) {
        var converted = object.deepCopy();
        var from = Json.text(object, "apiVersion");
        var to = group() + "/" + toVersion;
        if (from.equals(to)) {
            return converted;
        }
        converted.put("apiVersion", to);
        switch (toVersion) {
            case "v1" -> up(converted);
            case "v1alpha1" -> down(converted);
            default -> throw new IllegalArgumentException("no conversion of " + kind + " from " + from + " to " + to);
        }
        return converted;
    }

    private void up(ObjectNode object) {
        HistoricStatusFields.up(object);
        HistoricForm.remove(object);
        if (!(object.path("spec") instanceof ObjectNode written)) {
            return;
        }
        var build = takeBuild(written);
        var unhashed = takeUnhashed(object);
        if (build != null) {
            object.withObjectProperty("metadata")
                    .withObjectProperty("annotations")
                    .put(BuildAnnotation.KEY, build.toString());
        }
        object.set("spec", specUp(written));
        var unaided = specDown(Json.object(object, "spec"));
        if (build instanceof ObjectNode asked && !BuildAnnotation.hash(asked).equals(unhashed)) {
            noteBuild(Json.object(object, "spec"), asked);
        }
        if (!same(unaided, written)) {
            HistoricForm.put(object, written);
        }
    }

    private void down(ObjectNode object) {
        HistoricStatusFields.down(kind, object);
        if (!(object.path("spec") instanceof ObjectNode today)) {
            return;
        }
        var kept = HistoricForm.of(object);
        boolean hashed = forgetBuild(today) || !today.has("template");
        var spec = kept == null ? specDown(today) : kept;
        object.set("spec", spec);
        HistoricForm.remove(object);
        var configuration = configuration(spec);
        if (configuration != null) {
            giveBuild(object, configuration);
            if (!hashed && configuration.path("build") instanceof ObjectNode build) {
                object.withObjectProperty("metadata")
                        .withObjectProperty("annotations")
                        .put(BuildAnnotation.UNHASHED, BuildAnnotation.hash(build));
            }
        }
    }

    private ObjectNode specUp(ObjectNode written) {
        return switch (kind) {
            case "Service" -> serviceUp(written);
            case "Configuration" -> configurationUp(written);
            case "Revision" -> HistoricPod.up(written);
            default -> {
                var spec = written.deepCopy();
                spec.remove("generation");
                HistoricTraffic.nameToTag(spec);
                yield spec;
            }
        };
    }

    private ObjectNode specDown(ObjectNode today) {
        return switch (kind) {
            case "Service" -> serviceDown(today);
            case "Configuration" -> configurationDown(today);
            case "Revision" -> HistoricPod.down(today);
            default -> {
                var spec = today.deepCopy();
                HistoricTraffic.tagToName(spec);
                yield spec;
            }
        };
    }

    private static ObjectNode serviceUp(ObjectNode written) {
        var spec = JsonNodeFactory.instance.objectNode();
        if (written.has("manual")) {
            return spec;
        }
        var mode = MODES.stream().filter(written::has).findFirst();
        if (mode.isEmpty()) {
            var inline = written.deepCopy();
            inline.remove("generation");
            HistoricTraffic.nameToTag(inline);
            return inline;
        }
        var content = Json.object(written, mode.get());
        spec.setAll(configurationUp(Json.object(content, "configuration")));
        spec.set(
                "traffic",
                switch (mode.get()) {
                    case "pinned" -> HistoricTraffic.pinned(Json.text(content, "revisionName"));
                    case "release" -> HistoricTraffic.release(content);
                    default -> HistoricTraffic.latest();
                });
        return spec;
    }

    private static ObjectNode serviceDown(ObjectNode today) {
        if (!today.has("template") || !HistoricTraffic.isLatest(today)) {
            return today.deepCopy();
        }
        var spec = JsonNodeFactory.instance.objectNode();
        var configuration = today.deepCopy();
        configuration.remove("traffic");
        spec.putObject("runLatest").set("configuration", configurationDown(configuration));
        return spec;
    }

    private static ObjectNode configurationUp(ObjectNode written) {
        var spec = JsonNodeFactory.instance.objectNode();
        if (written.path("revisionTemplate") instanceof ObjectNode historic) {
            var template = historic.deepCopy();
            if (template.path("spec") instanceof ObjectNode pod) {
                template.set("spec", HistoricPod.up(pod));
            }
            spec.set("template", template);
        } else if (written.has("template")) {
            spec.set("template", written.get("template").deepCopy());
        }
        return spec;
    }

    private static ObjectNode configurationDown(ObjectNode today) {
        var spec = today.deepCopy();
        if (spec.remove("template") instanceof ObjectNode template) {
            if (template.path("spec") instanceof ObjectNode pod) {
                template.set("spec", HistoricPod.down(pod));
            }
            spec.set("revisionTemplate", template);
        }
        return spec;
    }

    /** The part of a spec in v1alpha1 that may have a build. */
    private @Nullable ObjectNode configuration(ObjectNode spec) {
        if (kind.equals("Configuration")) {
            return spec;
        }
        return kind.equals("Service")
                ? MODES.stream()
                        .map(mode -> spec.path(mode).path("configuration"))
                        .filter(ObjectNode.class::isInstance)
                        .map(ObjectNode.class::cast)
                        .findFirst()
                        .orElse(null)
                : null;
    }

    private @Nullable JsonNode takeBuild(ObjectNode spec) {
        var configuration = configuration(spec);
        var build = configuration == null ? null : configuration.remove("build");
        return build == null || build.isNull() ? null : build;
    }

    /** The build's hash goes with the template, for a change of only the build is one of the revision too. */
    private static void noteBuild(ObjectNode today, ObjectNode build) {
        if (today.path("template") instanceof ObjectNode template) {
            template.withObjectProperty("metadata")
                    .withObjectProperty("annotations")
                    .put(BuildAnnotation.TEMPLATE_HASH, BuildAnnotation.hash(build));
        }
    }

    /** The hash of the build that the template of this object goes on without: with it there would be a new revision for nothing. */
    private static String takeUnhashed(ObjectNode object) {
        if (!(object.path("metadata").path("annotations") instanceof ObjectNode annotations)) {
            return "";
        }
        var unhashed = annotations.remove(BuildAnnotation.UNHASHED);
        if (unhashed != null && annotations.isEmpty()) {
            Json.object(object, "metadata").remove("annotations");
        }
        return unhashed == null ? "" : unhashed.asText();
    }

    /** Whether its hash was there. */
    private static boolean forgetBuild(ObjectNode today) {
        if (today.path("template") instanceof ObjectNode template
                && template.path("metadata") instanceof ObjectNode metadata
                && metadata.path("annotations") instanceof ObjectNode annotations
                && annotations.remove(BuildAnnotation.TEMPLATE_HASH) != null) {
            if (annotations.isEmpty()) {
                metadata.remove("annotations");
            }
            if (metadata.isEmpty()) {
                template.remove("metadata");
            }
            return true;
        }
        return false;
    }

    private static void giveBuild(ObjectNode object, ObjectNode configuration) {
        if (!(object.path("metadata").path("annotations") instanceof ObjectNode annotations)) {
            return;
        }
        var raw = annotations.path(BuildAnnotation.KEY);
        if (raw.isTextual()) {
            try {
                configuration.set("build", JSON.readTree(raw.textValue()));
                annotations.remove(BuildAnnotation.KEY);
            } catch (JsonProcessingException _) {
                return; // not what a build can be: left where its author put it
            }
        }
        if (annotations.isEmpty()) {
            object.withObjectProperty("metadata").remove("annotations");
        }
    }

    /** Equal as JSON text reads, whatever types the numbers have in memory. */
    private static boolean same(ObjectNode one, ObjectNode other) {
        try {
            return JSON.readTree(one.toString()).equals(JSON.readTree(other.toString()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("JSON that was just written cannot be read", e);
        }
    }
}
