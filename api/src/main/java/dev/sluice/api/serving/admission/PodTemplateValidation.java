package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of a Revision's pod as a whole (spec/serving.md section 1.13). */
final class PodTemplateValidation {
    static FieldErrors validate(ObjectNode spec, Features features) {
        var containers = Json.list(spec, "containers");
        var inits = Json.list(spec, "initContainers");
        var volumes = Json.list(spec, "volumes");
        var errors = new ArrayList<FieldErrors>();
        errors.add(FieldMask.POD.check(spec, features));
        if (Json.truth(spec, "automountServiceAccountToken")) {
            errors.add(FieldErrors.disallowed("automountServiceAccountToken"));
        }
        errors.add(
                securityContext(Json.object(spec, "securityContext"), features).viaField("securityContext"));
        errors.add(VolumeValidation.volumes(volumes, mounted(containers, inits), features)
                .viaField("volumes"));

        var one = new ContainerValidation(VolumeValidation.byName(volumes), features);
        errors.add(inits(inits, containers, one, features));
        errors.add(onePort(containers).viaField("containers[*]"));
        var portName = portName(containers);
        switch (containers.size()) {
            case 0 -> errors.add(FieldErrors.missing("containers"));
            case 1 ->
                errors.add(one.validate(containers.getFirst(), ContainerValidation.Role.SERVING, portName)
                        .viaFieldIndex("containers", 0));
            default -> errors.add(several(containers, one, portName, features));
        }
        var account = Json.text(spec, "serviceAccountName");
        if (!account.isEmpty()) {
            Names.dns1123Subdomain(account)
                    .forEach(why ->
                            errors.add(FieldErrors.detailed("invalid value: " + account, why, "serviceAccountName")));
        }
        return FieldErrors.all(errors);
    }

    private static FieldErrors several(
            List<ObjectNode> containers, ContainerValidation one, String portName, Features features) {
        if (!features.enabled("multi-container")) {
            return FieldErrors.of("multi-container is off, but found " + containers.size() + " containers");
        }
        var errors = new ArrayList<FieldErrors>();
        var names = new HashSet<String>();
        for (int i = 0; i < containers.size(); i++) {
            var container = containers.get(i);
            var name = Json.text(container, "name");
            if (!names.add(name)) {
                errors.add(FieldErrors.of("duplicate container name \"" + name + "\"", "name")
                        .viaFieldIndex("containers", i));
            }
            var role = Json.list(container, "ports").isEmpty()
                    ? ContainerValidation.Role.SIDECAR
                    : ContainerValidation.Role.SERVING;
            errors.add(one.validate(container, role, portName).viaFieldIndex("containers", i));
        }
        return FieldErrors.all(errors);
    }

    private static FieldErrors inits(
            List<ObjectNode> inits, List<ObjectNode> others, ContainerValidation one, Features features) {
        if (inits.isEmpty()) {
            return FieldErrors.none();
        }
        if (!features.enabled("kubernetes.podspec-init-containers")) {
            return FieldErrors.of(
                    "pod spec support for init-containers is off, but found " + inits.size() + " init containers");
        }
        var errors = new ArrayList<FieldErrors>();
        var names = new HashSet<String>();
        others.forEach(container -> names.add(Json.text(container, "name")));
        for (int i = 0; i < inits.size(); i++) {
            var name = Json.text(inits.get(i), "name");
            if (!names.add(name)) {
                errors.add(FieldErrors.of("duplicate container name \"" + name + "\"", "name")
                        .viaFieldIndex("initContainers", i));
            }
            errors.add(one.validate(inits.get(i), ContainerValidation.Role.INIT, "")
                    .viaFieldIndex("initContainers", i));
        }
        return FieldErrors.all(errors);
    }

    private static FieldErrors onePort(List<ObjectNode> containers) {
        int ports = containers.stream()
                .mapToInt(container -> Json.list(container, "ports").size())
                .sum();
        if (ports == 0 && containers.size() > 1) {
            return FieldErrors.missing("ports");
        }
        return ports > 1
                ? FieldErrors.detailed(
                        "more than one container port is set",
                        "Only a single port is allowed across all containers",
                        "ports")
                : FieldErrors.none();
    }

    private static String portName(List<ObjectNode> containers) {
        return containers.stream()
                .flatMap(container -> Json.list(container, "ports").stream())
                .map(port -> Json.text(port, "name"))
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElse("http");
    }

    private static Set<String> mounted(List<ObjectNode> containers, List<ObjectNode> inits) {
        var names = new HashSet<String>();
        for (var list : List.of(containers, inits)) {
            for (var container : list) {
                Json.list(container, "volumeMounts").forEach(mount -> names.add(Json.text(mount, "name")));
            }
        }
        return names;
    }

    private static FieldErrors securityContext(ObjectNode context, Features features) {
        var errors = new ArrayList<FieldErrors>();
        errors.add(FieldMask.POD_SECURITY_CONTEXT.check(context, features));
        for (var field : List.of("runAsUser", "runAsGroup", "fsGroup")) {
            errors.add(ContainerValidation.id(context, field));
        }
        return FieldErrors.all(errors);
    }

    private PodTemplateValidation() {}
}
