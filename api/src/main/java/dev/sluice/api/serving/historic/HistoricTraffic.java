package dev.sluice.api.serving.historic;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.serving.admission.Json;

/** Traffic between 2018, where targets have a name, and v1, where they have a tag (spec/build.md section 2.5). */
final class HistoricTraffic {
    private static final String LATEST = "@latest";

    static ArrayNode latest() {
        var traffic = JsonNodeFactory.instance.arrayNode();
        target(traffic, "", LATEST, 100);
        return traffic;
    }

    static boolean isLatest(ObjectNode spec) {
        var traffic = Json.list(spec, "traffic");
        return traffic.size() == 1
                && traffic.getFirst().size() == 2
                && Json.truth(traffic.getFirst(), "latestRevision")
                && Json.number(traffic.getFirst(), "percent") == 100;
    }

    static ArrayNode pinned(String revision) {
        var traffic = JsonNodeFactory.instance.arrayNode();
        target(traffic, "", revision, 100);
        return traffic;
    }

    static ArrayNode release(ObjectNode release) {
        var traffic = JsonNodeFactory.instance.arrayNode();
        var revisions = release.path("revisions");
        long candidate = revisions.size() > 1 ? Json.number(release, "rolloutPercent") : 0;
        target(traffic, "current", revisions.path(0).asText(""), 100 - candidate);
        if (revisions.size() > 1) {
            target(traffic, "candidate", revisions.path(1).asText(""), candidate);
        }
        target(traffic, "latest", LATEST, 0);
        return traffic;
    }

    private static void target(ArrayNode traffic, String tag, String revision, long percent) {
        var target = traffic.addObject();
        if (!tag.isEmpty()) {
            target.put("tag", tag);
        }
        boolean latest = revision.equals(LATEST);
        if (!latest) {
            target.put("revisionName", revision);
        }
        target.put("latestRevision", latest).put("percent", percent);
    }

    /** {@code name} becomes {@code tag}. */
    static void nameToTag(ObjectNode holder) {
        for (var target : Json.list(holder, "traffic")) {
            var name = target.remove("name");
            if (name != null && !target.has("tag")) {
                target.set("tag", name);
            }
        }
    }

    /** {@code tag} becomes {@code name}. */
    static void tagToName(ObjectNode holder) {
        for (var target : Json.list(holder, "traffic")) {
            var tag = target.remove("tag");
            if (tag != null) {
                target.set("name", tag);
            }
        }
    }

    private HistoricTraffic() {}
}
