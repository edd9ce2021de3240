package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Fills in what a Revision's spec leaves open (spec/serving.md section 1.12). Doing it twice changes nothing. */
public final class RevisionDefaults {
    private static final List<String> RESOURCES = List.of("cpu", "memory", "ephemeral-storage");
    private static final List<String> HANDLERS = List.of("tcpSocket", "httpGet", "exec", "grpc");

    /** @param create whether the object around it is new: some defaults are for new objects only */
    public static void apply(ObjectNode spec, boolean create, AdmissionConfig config) {
        var defaults = config.defaults();
        if (Json.number(spec, "timeoutSeconds") == 0) {
            spec.put("timeoutSeconds", defaults.revisionTimeoutSeconds());
        }
        long timeout = Json.number(spec, "timeoutSeconds");
        below(spec, "responseStartTimeoutSeconds", defaults.responseStartTimeoutSeconds(), timeout);
        below(spec, "idleTimeoutSeconds", defaults.idleTimeoutSeconds(), timeout);
        if (!Json.has(spec, "containerConcurrency")) {
            spec.put("containerConcurrency", defaults.containerConcurrency());
        }
        if (create && !Json.has(spec, "enableServiceLinks")) {
            defaults.enableServiceLinks().ifPresent(links -> spec.put("enableServiceLinks", links));
        }
        var containers = Json.list(spec, "containers");
        name(containers, defaults.containerName().template());
        name(Json.list(spec, "initContainers"), defaults.initContainerName().template());
        var writable = writableVolumes(spec);
        for (var container : containers) {
            container(container, defaults, writable);
            if (containers.size() == 1 || !Json.list(container, "ports").isEmpty()) {
                readiness(container);
            }
        }
        for (var container : Json.list(spec, "initContainers")) {
            container(container, defaults, writable);
        }
        SecurePodDefaults.apply(spec, config.features().securePodDefaults());
    }

    private static void below(ObjectNode spec, String field, long value, long timeout) {
        if (!Json.has(spec, field) && value != 0 && value < timeout) {
            spec.put(field, value);
        }
    }

    private static void name(List<ObjectNode> containers, String name) {
        var taken = new HashSet<String>();
        containers.forEach(c -> taken.add(Json.text(c, "name")));
        int next = 0;
        for (var container : containers) {
            if (Json.text(container, "name").isEmpty()) {
                var candidate = containers.size() == 1 ? name : name + "-" + next++;
                while (taken.contains(candidate)) {
                    candidate = name + "-" + next++;
                }
                container.put("name", candidate);
                taken.add(candidate);
            }
        }
    }

    private static void container(ObjectNode container, ServingDefaults defaults, Set<String> writable) {
        var resources = Json.child(container, "resources");
        for (var bound : List.of("request", "limit")) {
            for (var resource : RESOURCES) {
                var value = defaults.resources().get(resource + "-" + bound);
                if (value != null && !Json.has(Json.object(resources, bound + "s"), resource)) {
                    Json.child(resources, bound + "s").put(resource, value);
                }
            }
        }
        for (var mount : Json.list(container, "volumeMounts")) {
            if (!writable.contains(Json.text(mount, "name"))) {
                mount.put("readOnly", true);
            }
        }
        for (var probe : List.of("livenessProbe", "startupProbe")) {
            nameGrpcService(Json.object(container, probe));
        }
    }

    private static Set<String> writableVolumes(ObjectNode spec) {
        var names = new HashSet<String>();
        for (var volume : Json.list(spec, "volumes")) {
            if (Json.has(volume, "emptyDir")
                    || Json.has(volume, "persistentVolumeClaim")
                    || Json.has(volume, "ephemeral")) {
                names.add(Json.text(volume, "name"));
            }
        }
        return names;
    }

    private static void readiness(ObjectNode container) {
        var probe = Json.child(container, "readinessProbe");
        if (HANDLERS.stream().noneMatch(handler -> Json.has(probe, handler))) {
            probe.set("tcpSocket", JsonNodeFactory.instance.objectNode());
        }
        nameGrpcService(probe);
        if (Json.number(probe, "successThreshold") == 0) {
            probe.put("successThreshold", 1);
        }
        if (Json.number(probe, "periodSeconds") != 0) {
            if (Json.number(probe, "failureThreshold") == 0) {
                probe.put("failureThreshold", 3);
            }
            if (Json.number(probe, "timeoutSeconds") == 0) {
                probe.put("timeoutSeconds", 1);
            }
        }
    }

    private static void nameGrpcService(ObjectNode probe) {
        if (probe.path("grpc") instanceof ObjectNode grpc && !Json.has(grpc, "service")) {
            grpc.put("service", "");
        }
    }

    private RevisionDefaults() {}
}
