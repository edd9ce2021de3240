package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The modes of a Service in v1alpha1 (spec/build.md sections 2.1 and 2.3). */
final class HistoricServiceRules {
    private static final List<String> MODES = List.of("manual", "pinned", "release", "runLatest");

    static void defaults(ObjectNode spec, @Nullable ObjectNode old, AdmissionConfig config) {
        var modes = modes(spec);
        if (modes.isEmpty() && isInline(spec)) {
            TemplateRules.defaults(spec, old, config);
            TrafficRules.defaults(spec, true);
        }
        for (var mode : modes) {
            if (Json.object(spec, mode).path("configuration") instanceof ObjectNode configuration) {
                HistoricPodRules.defaults(configuration, old == null, config);
            }
        }
    }

    /** Paths are below {@code spec}. */
    static FieldErrors validate(ObjectNode service, AdmissionConfig config) {
        var spec = Json.object(service, "spec");
        var modes = modes(spec);
        if (modes.isEmpty() && isInline(spec)) {
            return TemplateRules.template(Json.object(spec, "template"), service, config)
                    .viaField("template")
                    .also(TrafficRules.validate(spec, true));
        }
        if (modes.size() != 1) {
            return modes.isEmpty()
                    ? FieldErrors.missingOneOf(MODES.toArray(String[]::new))
                    : FieldErrors.multipleOneOf(modes.toArray(String[]::new));
        }
        var errors = new ArrayList<FieldErrors>();
        for (var field : List.of("template", "traffic")) {
            if (Json.has(spec, field)) {
                errors.add(FieldErrors.disallowed(field));
            }
        }
        var mode = modes.getFirst();
        if (mode.equals("manual")) {
            return FieldErrors.all(errors);
        }
        var content = Json.object(spec, mode);
        if (mode.equals("pinned") && Json.text(content, "revisionName").isEmpty()) {
            errors.add(FieldErrors.missing("revisionName").viaField(mode));
        }
        if (mode.equals("release")) {
            errors.add(release(content).viaField(mode));
        }
        errors.add(HistoricPodRules.configuration(Json.object(content, "configuration"), service, config)
                .viaField("configuration")
                .viaField(mode));
        return FieldErrors.all(errors);
    }

    private static FieldErrors release(ObjectNode release) {
        int count = release.path("revisions").size();
        long percent = Json.number(release, "rolloutPercent");
        var errors = new ArrayList<FieldErrors>();
        if (count == 0) {
            errors.add(FieldErrors.missing("revisions"));
        } else if (count > 2) {
            errors.add(FieldErrors.of("expected number of elements in range [1, 2], got " + count, "revisions"));
        }
        for (int i = 0; i < count; i++) {
            var revision = release.path("revisions").path(i).asText("");
            if (!revision.equals("@latest") && !Names.dns1035(revision).isEmpty()) {
                errors.add(FieldErrors.invalid(revision, "").viaFieldIndex("revisions", i));
            }
        }
        if (percent < 0 || percent > 99) {
            errors.add(FieldErrors.outOfBounds(percent, 0, 99, "rolloutPercent"));
        } else if (count == 1 && percent != 0) {
            errors.add(FieldErrors.invalid(percent, "rolloutPercent"));
        }
        return FieldErrors.all(errors);
    }

    private static List<String> modes(ObjectNode spec) {
        return MODES.stream().filter(mode -> Json.has(spec, mode)).toList();
    }

    private static boolean isInline(ObjectNode spec) {
        return Json.has(spec, "template");
    }

    private HistoricServiceRules() {}
}
