package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import java.util.ArrayList;
import java.util.HashMap;

/** Traffic of a Route in v1alpha1, whose targets are told apart by {@code name} (spec/build.md section 2.4). */
final class HistoricTrafficRules {
    static void defaults(ObjectNode spec) {
        for (var target : Json.list(spec, "traffic")) {
            if (!Json.has(target, "latestRevision")) {
                target.put("latestRevision", Json.text(target, "revisionName").isEmpty());
            }
            if (!Json.has(target, "percent")) {
                target.put("percent", 0);
            }
        }
    }

    /** Paths are below {@code spec}. */
    static FieldErrors validate(ObjectNode spec) {
        var errors = new ArrayList<FieldErrors>();
        var named = new HashMap<String, Integer>();
        var targets = Json.list(spec, "traffic");
        long sum = 0;
        for (int i = 0; i < targets.size(); i++) {
            var target = targets.get(i);
            long percent = Json.number(target, "percent");
            sum += percent;
            var revision = Json.text(target, "revisionName");
            var configuration = Json.text(target, "configurationName");
            if (revision.isEmpty() == configuration.isEmpty()) {
                errors.add((revision.isEmpty()
                                ? FieldErrors.missingOneOf("revisionName", "configurationName")
                                : FieldErrors.multipleOneOf("revisionName", "configurationName"))
                        .viaIndex(i));
            }
            if (percent < 0 || percent > 100) {
                errors.add(FieldErrors.outOfBounds(percent, 0, 100, "percent").viaIndex(i));
            }
            var field = Json.has(target, "name") ? "name" : "tag";
            var name = Json.text(target, field);
            if (name.isEmpty()) {
                continue;
            }
            var wrong = Names.dns1035(name);
            if (!wrong.isEmpty()) {
                errors.add(FieldErrors.invalid("not a DNS 1035 label: " + Names.list(wrong), field)
                        .viaIndex(i));
            }
            var first = named.putIfAbsent(name, i);
            if (first != null && !sameDestination(targets.get(first), target)) {
                errors.add(FieldErrors.of(
                        "Multiple definitions for \"" + name + "\"",
                        "[" + first + "]." + field,
                        "[" + i + "]." + field));
            }
        }
        if (sum != 100) {
            errors.add(FieldErrors.of("Traffic targets sum to " + sum + ", want 100", ""));
        }
        return FieldErrors.all(errors).viaField("traffic");
    }

    private static boolean sameDestination(ObjectNode one, ObjectNode other) {
        return Json.text(one, "revisionName").equals(Json.text(other, "revisionName"))
                && Json.text(one, "configurationName").equals(Json.text(other, "configurationName"));
    }

    private HistoricTrafficRules() {}
}
