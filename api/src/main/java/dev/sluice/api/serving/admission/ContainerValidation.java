package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules of one container (spec/serving.md section 1.13). */
final class ContainerValidation {
    private static final Set<Long> RESERVED_PORTS = Set.of(8012L, 8013L, 8022L, 9090L, 9091L, 8008L);
    private static final Set<String> PORT_NAMES = Set.of("", "http1", "h2c");
    private static final Set<String> RESERVED_ENV = Set.of("K_SERVICE", "K_CONFIGURATION", "K_REVISION");
    private static final List<String> PROBES = List.of("livenessProbe", "readinessProbe", "startupProbe");

    enum Role {
        SERVING,
        SIDECAR,
        INIT
    }

    private final Map<String, ObjectNode> volumes;
    private final Features features;

    ContainerValidation(Map<String, ObjectNode> volumes, Features features) {
        this.volumes = volumes;
        this.features = features;
    }

    /** @param portName what the serving container's port is called */
    FieldErrors validate(ObjectNode container, Role role, String portName) {
        if (container.isEmpty()) {
            return FieldErrors.missing("");
        }
        var errors = new ArrayList<FieldErrors>();
        errors.add(probes(container, role, portName));
        errors.add(FieldMask.CONTAINER.check(container, features));
        if (Json.text(container, "name").equals("queue-proxy")) {
            errors.add(FieldErrors.of("\"queue-proxy\" is a reserved container name", "name"));
        }
        errors.add(env(Json.list(container, "env"), role).viaField("env"));
        errors.add(envFrom(Json.list(container, "envFrom")).viaField("envFrom"));
        errors.add(image(Json.text(container, "image")));
        errors.add(ports(Json.list(container, "ports"), role).viaField("ports"));
        errors.add(FieldMask.RESOURCES
                .check(Json.object(container, "resources"), features)
                .viaField("resources"));
        errors.add(securityContext(Json.object(container, "securityContext")).viaField("securityContext"));
        var policy = Json.text(container, "terminationMessagePolicy");
        if (!Set.of("", "File", "FallbackToLogsOnError").contains(policy)) {
            errors.add(FieldErrors.invalid(policy, "terminationMessagePolicy"));
        }
        errors.add(VolumeValidation.mounts(Json.list(container, "volumeMounts"), volumes, features)
                .viaField("volumeMounts"));
        return FieldErrors.all(errors);
    }

    static FieldErrors image(String image) {
        if (image.isEmpty()) {
            return FieldErrors.missing("image");
        }
        return ImageReference.error(image)
                .map(why -> FieldErrors.detailed(
                        "Failed to parse image reference", "image: \"" + image + "\", error: " + why, "image"))
                .orElse(FieldErrors.none());
    }

    private FieldErrors probes(ObjectNode container, Role role, String portName) {
        var errors = new ArrayList<FieldErrors>();
        for (var field : PROBES) {
            if (!Json.has(container, field)) {
                continue;
            }
            var probe = Json.object(container, field);
            errors.add(
                    switch (role) {
                        case INIT -> FieldErrors.of("field not allowed in an init container", field);
                        case SERVING ->
                            (field.equals("readinessProbe")
                                            ? ProbeValidation.readiness(probe, portName, features)
                                            : ProbeValidation.probe(probe, portName, features))
                                    .viaField(field);
                        case SIDECAR ->
                            (features.enabled("multi-container-probing")
                                            ? ProbeValidation.sidecar(probe, features)
                                            : FieldMask.NOTHING.check(probe, features))
                                    .viaField(field);
                    });
        }
        return FieldErrors.all(errors);
    }

    private FieldErrors env(List<ObjectNode> variables, Role role) {
        var errors = new ArrayList<FieldErrors>();
        for (int i = 0; i < variables.size(); i++) {
            var variable = variables.get(i);
            var name = Json.text(variable, "name");
            var wrong = FieldMask.ENV.check(variable, features);
            if (name.isEmpty()) {
                wrong = wrong.also(FieldErrors.missing("name"));
            } else if (RESERVED_ENV.contains(name) || (name.equals("PORT") && role == Role.SERVING)) {
                wrong = wrong.also(FieldErrors.of("\"" + name + "\" is a reserved environment variable", "name"));
            }
            wrong = wrong.also(FieldMask.ENV_SOURCE
                    .check(Json.object(variable, "valueFrom"), features)
                    .viaField("valueFrom"));
            errors.add(wrong.viaIndex(i));
        }
        return FieldErrors.all(errors);
    }

    private FieldErrors envFrom(List<ObjectNode> sources) {
        var errors = new ArrayList<FieldErrors>();
        for (int i = 0; i < sources.size(); i++) {
            var source = sources.get(i);
            errors.add(FieldMask.ENV_FROM.check(source, features).viaIndex(i));
            boolean config = Json.has(source, "configMapRef");
            boolean secret = Json.has(source, "secretRef");
            if (config && secret) {
                errors.add(FieldErrors.multipleOneOf("configMapRef", "secretRef"));
            } else if (!config && !secret) {
                errors.add(FieldErrors.missingOneOf("configMapRef", "secretRef"));
            }
        }
        return FieldErrors.all(errors);
    }

    private FieldErrors ports(List<ObjectNode> ports, Role role) {
        var errors = new ArrayList<FieldErrors>();
        for (var port : role == Role.INIT || ports.isEmpty() ? ports : ports.subList(0, 1)) {
            errors.add(FieldMask.PORT.check(port, features));
            long number = Json.number(port, "containerPort");
            if (RESERVED_PORTS.contains(number)) {
                errors.add(FieldErrors.detailed(
                        "invalid value: " + number + " is a reserved port",
                        number + " is a reserved port, please use a different value",
                        "containerPort"));
            }
            if (number < 0 || number > 65535) {
                errors.add(FieldErrors.outOfBounds(number, 0, 65535, "containerPort"));
            }
            if (role == Role.INIT) {
                continue;
            }
            var protocol = Json.text(port, "protocol");
            if (!protocol.isEmpty() && !protocol.equals("TCP")) {
                errors.add(FieldErrors.invalid(protocol, "protocol"));
            }
            var name = Json.text(port, "name");
            if (!PORT_NAMES.contains(name)) {
                errors.add(FieldErrors.detailed(
                        "Port name " + name + " is not allowed", "Name must be empty, or one of: 'h2c', 'http1'", ""));
            }
        }
        return FieldErrors.all(errors);
    }

    private FieldErrors securityContext(ObjectNode context) {
        return FieldErrors.all(List.of(
                FieldMask.SECURITY_CONTEXT.check(context, features),
                capabilities(Json.object(context, "capabilities")).viaField("capabilities"),
                id(context, "runAsUser"),
                id(context, "runAsGroup")));
    }

    /** Binding a low port is what secure defaults themselves give back. */
    private FieldErrors capabilities(ObjectNode capabilities) {
        boolean given = !features.securePodDefaults().equals("disabled")
                && capabilities.path("add").size() == 1
                && capabilities.path("add").path(0).asText().equals("NET_BIND_SERVICE");
        var checked = capabilities.deepCopy();
        if (given) {
            checked.remove("add");
        }
        return FieldMask.CAPABILITIES.check(checked, features);
    }

    static FieldErrors id(ObjectNode context, String field) {
        long id = Json.number(context, field);
        return id < 0 || id > Integer.MAX_VALUE
                ? FieldErrors.outOfBounds(id, 0, Integer.MAX_VALUE, field)
                : FieldErrors.none();
    }
}
