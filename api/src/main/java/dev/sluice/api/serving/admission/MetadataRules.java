package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.autoscaling.AutoscalingKeys;
import dev.sluice.api.networking.NetworkingNames;
import dev.sluice.api.serving.ServingAnnotations;
import dev.sluice.model.time.GoDuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rules of metadata: names, labels, and who created and last changed an object. */
final class MetadataRules {
    private static final Set<String> PROTOCOLS = Set.of("enabled", "redirected");

    /** Paths are below {@code metadata}. */
    static FieldErrors name(ObjectNode object) {
        var metadata = Json.object(object, "metadata");
        return Names.ofObject(Json.text(metadata, "name"), Json.text(metadata, "generateName"));
    }

    /**
     * @param free labels of serving that may be set
     * @param owners labels of serving whose value must be the name of an owner, with the owner's kind
     */
    static FieldErrors labels(ObjectNode object, Set<String> free, Map<String, String> owners) {
        var metadata = Json.object(object, "metadata");
        var errors = new ArrayList<FieldErrors>();
        Json.texts(metadata, "labels").forEach((key, value) -> {
            if (key.equals(NetworkingNames.VISIBILITY)) {
                if (!value.equals(NetworkingNames.CLUSTER_LOCAL)) {
                    errors.add(FieldErrors.invalid(value, key));
                }
            } else if (owners.containsKey(key)) {
                if (!ownedBy(metadata, owners.get(key), value)) {
                    errors.add(FieldErrors.missing(key));
                }
            } else if (key.startsWith(ServingAnnotations.GROUP + "/") && !free.contains(key)) {
                errors.add(FieldErrors.invalidKey(key, ""));
            }
        });
        return FieldErrors.all(errors).viaField("labels");
    }

    static FieldErrors noAutoscaling(ObjectNode object) {
        return FieldErrors.all(annotations(object).keySet().stream()
                        .filter(key -> key.startsWith(AutoscalingKeys.PREFIX))
                        .map(
                                key -> FieldErrors.invalidKey(
                                        key,
                                        "",
                                        "autoscaling annotations must be put under \"spec.template.metadata.annotations\" to work"))
                        .toList())
                .viaField("annotations");
    }

    static FieldErrors rolloutDuration(ObjectNode object) {
        var annotations = annotations(object);
        for (var key : List.of(ServingAnnotations.ROLLOUT_DURATION, ServingAnnotations.ROLLOUT_DURATION_LEGACY)) {
            var value = annotations.getOrDefault(key, "");
            if (value.isEmpty()) {
                continue;
            }
            var duration = GoDuration.parse(value);
            if (duration.isEmpty()) {
                return FieldErrors.invalid(value, key).viaField("annotations");
            }
            if (duration.get().toNanosPart() != 0) {
                return FieldErrors.of("rollout-duration=" + value + " is not at second precision", key)
                        .viaField("annotations");
            }
            if (duration.get().isNegative()) {
                return FieldErrors.of("rollout-duration=" + value + " must be positive", key)
                        .viaField("annotations");
            }
            break;
        }
        return FieldErrors.none();
    }

    /** Of a Service, Route or DomainMapping: what becomes of requests without TLS. What has been stored stays. */
    static FieldErrors httpProtocol(ObjectNode object, @Nullable ObjectNode old) {
        var value = annotations(object).get(NetworkingNames.HTTP_PROTOCOL);
        boolean known =
                old != null && value != null && value.equals(annotations(old).get(NetworkingNames.HTTP_PROTOCOL));
        return value == null || known || PROTOCOLS.contains(value.toLowerCase(Locale.ROOT))
                ? FieldErrors.none()
                : FieldErrors.invalid(value, NetworkingNames.HTTP_PROTOCOL).viaField("annotations");
    }

    /** Writes down who made or changed {@code object}; not for what a controller made for another object. */
    static void stamp(ObjectNode object, @Nullable ObjectNode old, AdmissionContext context) {
        if (context.user().isEmpty()) {
            return;
        }
        if (old == null) {
            annotationsOf(object)
                    .put(ServingAnnotations.CREATOR, context.user())
                    .put(ServingAnnotations.LAST_MODIFIER, context.user());
        } else if (!sameSpec(object, old)) {
            annotationsOf(object).put(ServingAnnotations.LAST_MODIFIER, context.user());
        }
    }

    static FieldErrors stampKept(ObjectNode object, ObjectNode old) {
        var now = annotations(object);
        var before = annotations(old);
        var errors = new ArrayList<FieldErrors>();
        var creator = ServingAnnotations.CREATOR;
        if (!before.getOrDefault(creator, "").equals(now.getOrDefault(creator, ""))) {
            errors.add(FieldErrors.of("annotation value is immutable", creator));
        }
        var modifier = ServingAnnotations.LAST_MODIFIER;
        var value = now.getOrDefault(modifier, "");
        if (sameSpec(object, old) && !before.getOrDefault(modifier, "").equals(value)) {
            errors.add(FieldErrors.invalid(value, modifier));
        }
        return FieldErrors.all(errors).viaField("metadata.annotations");
    }

    static boolean owned(ObjectNode object) {
        return !Json.list(Json.object(object, "metadata"), "ownerReferences").isEmpty();
    }

    static Map<String, String> annotations(ObjectNode object) {
        return Json.texts(Json.object(object, "metadata"), "annotations");
    }

    private static ObjectNode annotationsOf(ObjectNode object) {
        return Json.child(Json.child(object, "metadata"), "annotations");
    }

    private static boolean sameSpec(ObjectNode object, ObjectNode old) {
        return Difference.between("", Json.object(old, "spec"), Json.object(object, "spec"))
                .isEmpty();
    }

    private static boolean ownedBy(ObjectNode metadata, @Nullable String kind, String name) {
        return Json.list(metadata, "ownerReferences").stream()
                .anyMatch(owner -> Json.text(owner, "kind").equals(kind)
                        && Json.text(owner, "name").equals(name));
    }

    private MetadataRules() {}
}
