package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;

/** What the switch secure-pod-defaults adds to every container that does not say otherwise. */
final class SecurePodDefaults {
    private static final int FIRST_UNPRIVILEGED_PORT = 1024;

    /** @param mode {@code disabled}, {@code allowrootbounded} or {@code enabled} */
    static void apply(ObjectNode spec, String mode) {
        if (!mode.equals("allowrootbounded") && !mode.equals("enabled")) {
            return;
        }
        var pod = Json.object(spec, "securityContext");
        var containers = new ArrayList<>(Json.list(spec, "initContainers"));
        containers.addAll(Json.list(spec, "containers"));
        for (var container : containers) {
            var context = Json.child(container, "securityContext");
            if (!Json.has(context, "allowPrivilegeEscalation")) {
                context.put("allowPrivilegeEscalation", false);
            }
            if (!Json.has(pod, "seccompProfile")
                    && Json.text(Json.object(context, "seccompProfile"), "type").isEmpty()) {
                Json.child(context, "seccompProfile").put("type", "RuntimeDefault");
            }
            if (!Json.has(context, "capabilities")) {
                var capabilities = context.putObject("capabilities");
                capabilities.putArray("drop").add("ALL");
                boolean low = Json.list(container, "ports").stream()
                        .mapToLong(port -> Json.number(port, "containerPort"))
                        .anyMatch(port -> port > 0 && port < FIRST_UNPRIVILEGED_PORT);
                if (low) {
                    capabilities.putArray("add").add("NET_BIND_SERVICE");
                }
            }
            if (mode.equals("enabled") && !Json.has(pod, "runAsNonRoot") && !Json.has(context, "runAsNonRoot")) {
                context.put("runAsNonRoot", true);
            }
        }
    }

    private SecurePodDefaults() {}
}
