package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Defaults and rules of {@code spec.traffic} (spec/serving.md section 1.6). */
final class TrafficRules {
    /** @param inService whether the Configuration is given by the Service around it */
    static void defaults(ObjectNode spec, boolean inService) {
        if (Json.list(spec, "traffic").isEmpty() && inService) {
            spec.putArray("traffic").addObject().put("latestRevision", true).put("percent", 100);
        }
        for (var target : Json.list(spec, "traffic")) {
            if (!Json.has(target, "latestRevision")) {
                target.put("latestRevision", Json.text(target, "revisionName").isEmpty());
            }
            if (!Json.has(target, "percent")) {
                target.put("percent", 0);
            }
        }
    }

    static FieldErrors validate(ObjectNode spec, boolean inService) {
        var errors = new ArrayList<FieldErrors>();
        Map<String, Integer> tags = new HashMap<>();
        long sum = 0;
        List<ObjectNode> targets = Json.list(spec, "traffic");
        for (int i = 0; i < targets.size(); i++) {
            var target = targets.get(i);
            errors.add(target(target, inService).viaIndex(i));
            sum += Json.number(target, "percent");
            var tag = Json.text(target, "tag");
            if (tag.isEmpty()) {
                continue;
            }
            var wrong = Names.dns1035(tag);
            if (!wrong.isEmpty()) {
                errors.add(FieldErrors.invalid("not a DNS 1035 label: " + Names.list(wrong), "tag")
                        .viaIndex(i));
            }
            var first = tags.putIfAbsent(tag, i);
            if (first != null) {
                errors.add(FieldErrors.of(
                        "Multiple definitions for \"" + tag + "\"", "[" + i + "].tag", "[" + first + "].tag"));
            }
        }
        if (sum != 100) {
            errors.add(FieldErrors.of("Traffic targets sum to " + sum + ", want 100", ""));
        }
        return FieldErrors.all(errors).viaField("traffic");
    }

    private static FieldErrors target(ObjectNode target, boolean inService) {
        var errors = new ArrayList<FieldErrors>();
        var revision = Json.text(target, "revisionName");
        if (Json.has(target, "latestRevision")) {
            boolean latest = Json.truth(target, "latestRevision");
            if (latest == !revision.isEmpty()) {
                errors.add(FieldErrors.of(
                        "may not set revisionName \"" + revision + "\" when latestRevision is " + latest,
                        "latestRevision"));
            }
        }
        errors.add(destination(revision, Json.text(target, "configurationName"), inService));
        if (Json.has(target, "percent")) {
            long percent = Json.number(target, "percent");
            if (percent < 0 || percent > 100) {
                errors.add(FieldErrors.outOfBounds(percent, 0, 100, "percent"));
            }
        }
        if (!Json.text(target, "url").isEmpty()) {
            errors.add(FieldErrors.disallowed("url"));
        }
        return FieldErrors.all(errors);
    }

    private static FieldErrors destination(String revision, String configuration, boolean inService) {
        if (inService && !configuration.isEmpty()) {
            return FieldErrors.disallowed("configurationName");
        }
        if (!revision.isEmpty() && !configuration.isEmpty()) {
            return FieldErrors.multipleOneOf("revisionName", "configurationName");
        }
        if (!revision.isEmpty()) {
            return qualified(revision, "revisionName");
        }
        if (!configuration.isEmpty()) {
            return qualified(configuration, "configurationName");
        }
        return inService ? FieldErrors.none() : FieldErrors.missingOneOf("revisionName", "configurationName");
    }

    private static FieldErrors qualified(String name, String field) {
        var wrong = Names.qualified(name);
        return wrong.isEmpty() ? FieldErrors.none() : FieldErrors.invalidKey(name, field, wrong.toArray(String[]::new));
    }

    private TrafficRules() {}
}
