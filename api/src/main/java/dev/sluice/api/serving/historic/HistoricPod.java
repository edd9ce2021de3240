package dev.sluice.api.serving.historic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.serving.admission.Json;
import java.util.List;

/** The spec of a Revision between 2018, where it has one {@code container}, and v1, where it has {@code containers}. */
public final class HistoricPod {
    private static final List<String> DROPPED =
            List.of("servingState", "concurrencyModel", "buildName", "buildRef", "generation");

    /** In v1, without what v1 has no word for. */
    public static ObjectNode up(ObjectNode historic) {
        var spec = historic.deepCopy();
        if (Json.text(spec, "concurrencyModel").equals("Single") && !Json.has(spec, "containerConcurrency")) {
            spec.put("containerConcurrency", 1);
        }
        spec.remove(DROPPED);
        if (spec.remove("container") instanceof ObjectNode container && !spec.has("containers")) {
            spec.putArray("containers").add(container);
        }
        return spec;
    }

    /** In 2018's form, as far as one container goes. */
    public static ObjectNode down(ObjectNode today) {
        var spec = today.deepCopy();
        if (spec.path("containers").size() == 1 && spec.path("containers").path(0) instanceof ObjectNode container) {
            spec.remove("containers");
            spec.set("container", container);
        }
        return spec;
    }

    private HistoricPod() {}
}
