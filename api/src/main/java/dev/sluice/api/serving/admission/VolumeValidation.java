package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rules of volumes and of their mounts (spec/serving.md section 1.13). */
final class VolumeValidation {
    private static final List<String> RESERVED_PATHS = List.of("/", "/dev", "/dev/log");
    private static final List<String> PROJECTIONS =
            List.of("secret", "configMap", "serviceAccountToken", "downwardAPI");
    private static final String CLAIM = "persistentVolumeClaim";

    /** By name; of two with one name the later. */
    static Map<String, ObjectNode> byName(List<ObjectNode> volumes) {
        var map = new LinkedHashMap<String, ObjectNode>();
        volumes.forEach(volume -> map.put(Json.text(volume, "name"), volume));
        return map;
    }

    static FieldErrors volumes(List<ObjectNode> volumes, Collection<String> mounted, Features features) {
        var errors = new ArrayList<FieldErrors>();
        var seen = new HashSet<String>();
        for (int i = 0; i < volumes.size(); i++) {
            var volume = volumes.get(i);
            var name = Json.text(volume, "name");
            if (!seen.add(name)) {
                errors.add(FieldErrors.of("duplicate volume name \"" + name + "\"", "name")
                        .viaIndex(i));
            }
            if (!mounted.contains(name)) {
                errors.add(FieldErrors.of("volume with name \"" + name + "\" not mounted", "name")
                        .viaIndex(i));
            }
            errors.add(volume(volume, name, features).viaIndex(i));
        }
        return FieldErrors.all(errors);
    }

    private static FieldErrors volume(ObjectNode volume, String name, Features features) {
        var errors = new ArrayList<FieldErrors>();
        errors.add(FieldMask.VOLUME.check(volume, features));
        if (name.isEmpty()) {
            errors.add(FieldErrors.missing("name"));
        } else if (!Names.isDns1123Label(name)) {
            errors.add(FieldErrors.invalid(name, "name"));
        }
        if (Json.has(volume, CLAIM)) {
            errors.add(claim(Json.object(volume, CLAIM), features));
        }
        if (Json.has(volume, "emptyDir")) {
            if (!features.enabled("kubernetes.podspec-volumes-emptydir")) {
                errors.add(FieldErrors.of("EmptyDir volume support is disabled, but found EmptyDir volume " + name));
            }
            var medium = Json.text(Json.object(volume, "emptyDir"), "medium");
            if (!medium.isEmpty() && !medium.equals("Memory")) {
                errors.add(FieldErrors.invalid(medium, "emptyDir.medium"));
            }
        }
        errors.add(items(Json.object(volume, "secret")));
        errors.add(items(Json.object(volume, "configMap")));
        var sources = Json.list(Json.object(volume, "projected"), "sources");
        for (int i = 0; i < sources.size(); i++) {
            errors.add(projection(sources.get(i)).viaFieldIndex("projected", i));
        }
        errors.add(oneSource(volume, features));
        return FieldErrors.all(errors);
    }

    private static FieldErrors oneSource(ObjectNode volume, Features features) {
        var known = new ArrayList<>(List.of("secret", "configMap", "projected"));
        if (features.enabled("kubernetes.podspec-volumes-emptydir")) {
            known.add("emptyDir");
        }
        if (features.enabled("kubernetes.podspec-persistent-volume-claim")) {
            known.add(CLAIM);
        }
        var set = volume.properties().stream()
                .filter(field -> !field.getKey().equals("name") && !Json.zero(field.getValue()))
                .map(Map.Entry::getKey)
                .sorted()
                .toArray(String[]::new);
        return switch (set.length) {
            case 0 -> FieldErrors.missingOneOf(known.toArray(String[]::new));
            case 1 -> FieldErrors.none();
            default -> FieldErrors.multipleOneOf(set);
        };
    }

    private static FieldErrors claim(ObjectNode claim, Features features) {
        var errors = new ArrayList<FieldErrors>();
        var name = Json.text(claim, "claimName");
        if (!features.enabled("kubernetes.podspec-persistent-volume-claim")) {
            errors.add(FieldErrors.of(
                    "Persistent volume claim support is disabled, but found persistent volume claim " + name));
        }
        if (!Json.truth(claim, "readOnly") && !features.enabled("kubernetes.podspec-persistent-volume-write")) {
            errors.add(FieldErrors.of("Persistent volume write support is disabled, but found persistent volume claim "
                    + name + " that is not read-only"));
        }
        return FieldErrors.all(errors);
    }

    private static FieldErrors projection(ObjectNode source) {
        var errors = new ArrayList<FieldErrors>();
        var set = PROJECTIONS.stream().filter(kind -> Json.has(source, kind)).toArray(String[]::new);
        if (set.length == 0) {
            errors.add(FieldErrors.missingOneOf(PROJECTIONS.toArray(String[]::new)));
        } else if (set.length > 1) {
            errors.add(FieldErrors.multipleOneOf(set));
        }
        for (var kind : List.of("secret", "configMap")) {
            if (Json.has(source, kind)) {
                var object = Json.object(source, kind);
                if (Json.text(object, "name").isEmpty()) {
                    errors.add(FieldErrors.missing("name").viaField(kind));
                }
                errors.add(items(object).viaField(kind));
            }
        }
        if (Json.has(source, "serviceAccountToken")
                && Json.text(Json.object(source, "serviceAccountToken"), "path").isEmpty()) {
            errors.add(FieldErrors.missing("serviceAccountToken.path"));
        }
        var files = Json.list(Json.object(source, "downwardAPI"), "items");
        for (int i = 0; i < files.size(); i++) {
            errors.add(downward(files.get(i)).viaFieldIndex("items", i).viaField("downwardAPI"));
        }
        return FieldErrors.all(errors);
    }

    private static FieldErrors downward(ObjectNode file) {
        boolean field = Json.has(file, "fieldRef");
        boolean resource = Json.has(file, "resourceFieldRef");
        var errors = new ArrayList<FieldErrors>();
        if (!field && !resource) {
            errors.add(FieldErrors.missingOneOf("fieldRef", "resourceFieldRef"));
        } else if (field && resource) {
            errors.add(FieldErrors.of("Within a single item, cannot set both", "resourceFieldRef", "fieldRef"));
        }
        if (Json.text(file, "path").isEmpty()) {
            errors.add(FieldErrors.missing("path"));
        }
        return FieldErrors.all(errors);
    }

    private static FieldErrors items(ObjectNode source) {
        var errors = new ArrayList<FieldErrors>();
        var items = Json.list(source, "items");
        for (int i = 0; i < items.size(); i++) {
            for (var field : List.of("key", "path")) {
                if (Json.text(items.get(i), field).isEmpty()) {
                    errors.add(FieldErrors.missing(field).viaFieldIndex("items", i));
                }
            }
        }
        return FieldErrors.all(errors);
    }

    static FieldErrors mounts(List<ObjectNode> mounts, Map<String, ObjectNode> volumes, Features features) {
        var errors = new ArrayList<FieldErrors>();
        var paths = new HashMap<String, Integer>();
        for (int i = 0; i < mounts.size(); i++) {
            var mount = mounts.get(i);
            var name = Json.text(mount, "name");
            var wrong = new ArrayList<FieldErrors>();
            wrong.add(FieldMask.MOUNT.check(mount, features));
            if (Json.has(mount, "mountPropagation")
                    && features.disabled("kubernetes.podspec-volumes-mount-propagation")) {
                wrong.add(FieldErrors.of("Volume Mount Propagation support is disabled, but found volume mount " + name
                        + " with mount propagation"));
            }
            var volume = volumes.get(name);
            if (volume == null) {
                wrong.add(FieldErrors.of("volumeMount has no matching volume", "name"));
            }
            wrong.add(path(Json.text(mount, "mountPath"), paths, i));
            wrong.add(writable(mount, volume == null ? Json.object(mount, "none") : volume));
            errors.add(FieldErrors.all(wrong).viaIndex(i));
        }
        return FieldErrors.all(errors);
    }

    private static FieldErrors path(String path, Map<String, Integer> seen, int index) {
        if (path.isEmpty()) {
            return FieldErrors.missing("mountPath");
        }
        var clean = clean(path);
        boolean repeated = seen.putIfAbsent(clean, index) != null;
        if (RESERVED_PATHS.contains(clean)) {
            return FieldErrors.of("mountPath \"" + clean + "\" is a reserved path", "mountPath");
        }
        if (!path.startsWith("/")) {
            return FieldErrors.invalid(path, "mountPath");
        }
        return repeated ? FieldErrors.invalid("\"" + path + "\" must be unique", "mountPath") : FieldErrors.none();
    }

    private static FieldErrors writable(ObjectNode mount, ObjectNode volume) {
        if (Json.truth(mount, "readOnly")) {
            return FieldErrors.none();
        }
        if (Json.has(volume, CLAIM)) {
            return Json.truth(Json.object(volume, CLAIM), "readOnly")
                    ? FieldErrors.of("volume is readOnly but volume mount is not", "readOnly")
                    : FieldErrors.none();
        }
        return Json.has(volume, "emptyDir") || Json.has(volume, "ephemeral")
                ? FieldErrors.none()
                : FieldErrors.of("volume mount should be readOnly for this type of volume", "readOnly");
    }

    private static String clean(String path) {
        return java.nio.file.Path.of(path).normalize().toString();
    }

    private VolumeValidation() {}
}
