package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import java.util.ArrayList;

/** Warns, in upstream's words, of what Kubernetes leaves open unless a container says otherwise. */
final class InsecureDefaults {
    private static final String WARNING =
            "Kubernetes default value is insecure, Knative may default this to secure in a future release";

    /** @param spec of a Revision; paths are below it */
    static FieldErrors of(ObjectNode spec) {
        var pod = Json.object(spec, "securityContext");
        var warnings = new ArrayList<FieldErrors>();
        var containers = Json.list(spec, "containers");
        for (int i = 0; i < containers.size(); i++) {
            warnings.add(container(Json.object(containers.get(i), "securityContext"), pod)
                    .viaField("securityContext")
                    .viaFieldIndex("containers", i));
        }
        return FieldErrors.all(warnings);
    }

    private static FieldErrors container(ObjectNode own, ObjectNode pod) {
        var open = new ArrayList<String>();
        for (var field : new String[] {"allowPrivilegeEscalation", "capabilities"}) {
            if (!Json.has(own, field)) {
                open.add(field);
            }
        }
        for (var field : new String[] {"runAsNonRoot", "seccompProfile"}) {
            if (!Json.has(own, field) && !Json.has(pod, field)) {
                open.add(field);
            }
        }
        return open.isEmpty() ? FieldErrors.none() : FieldErrors.of(WARNING, open.toArray(String[]::new));
    }

    private InsecureDefaults() {}
}
