package dev.sluice.serving.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads metadata without meeting nulls, and writes what children carry. */
public final class Meta {
    public static Map<String, String> labels(HasMetadata object) {
        var labels = object.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    public static Map<String, String> annotations(HasMetadata object) {
        var annotations = object.getMetadata().getAnnotations();
        return annotations == null ? Map.of() : annotations;
    }

    /** Empty when there is no such label. */
    public static String label(HasMetadata object, String key) {
        return labels(object).getOrDefault(key, "");
    }

    /** The entries of an annotation that is a list with commas; a copy. */
    public static SortedSet<String> listed(HasMetadata object, String annotation) {
        var entries = new TreeSet<>(
                List.of(annotations(object).getOrDefault(annotation, "").split(",")));
        entries.remove("");
        return entries;
    }

    public static long generation(HasMetadata object) {
        var generation = object.getMetadata().getGeneration();
        return generation == null ? 0 : generation;
    }

    public static boolean observed(HasMetadata object, @Nullable Long observedGeneration) {
        return observedGeneration != null && observedGeneration == generation(object);
    }

    /** Whether nothing that anybody asks of it is different: at most its status is. */
    static boolean sameButStatus(HasMetadata before, HasMetadata now) {
        return generation(before) == generation(now)
                && Objects.equals(
                        before.getMetadata().getUid(), now.getMetadata().getUid())
                && deleting(before) == deleting(now)
                && labels(before).equals(labels(now))
                && annotations(before).equals(annotations(now));
    }

    public static boolean deleting(HasMetadata object) {
        return object.getMetadata().getDeletionTimestamp() != null;
    }

    /** A reference that makes {@code owner} the controller of what carries it, so that it goes with its owner. */
    public static OwnerReference controller(HasMetadata owner) {
        return new OwnerReferenceBuilder()
                .withApiVersion(owner.getApiVersion())
                .withKind(owner.getKind())
                .withName(owner.getMetadata().getName())
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }

    public static boolean controlledBy(HasMetadata child, HasMetadata owner) {
        return child.getMetadata().getOwnerReferences().stream()
                .anyMatch(reference -> Boolean.TRUE.equals(reference.getController())
                        && owner.getMetadata().getUid().equals(reference.getUid()));
    }

    /** Metadata of a child of {@code owner} in its namespace. */
    public static ObjectMetaBuilder child(
            String name, HasMetadata owner, Map<String, String> labels, Map<String, String> annotations) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(owner.getMetadata().getNamespace())
                .withLabels(labels)
                .withAnnotations(annotations)
                .withOwnerReferences(controller(owner));
    }

    /** The labels and annotations of {@code wanted}; owners and finalizers that others have added to {@code existing} stay. */
    static ObjectMeta replacing(HasMetadata existing, HasMetadata wanted) {
        return new ObjectMetaBuilder(existing.getMetadata())
                .withLabels(labels(wanted))
                .withAnnotations(annotations(wanted))
                .build();
    }

    /** The metadata that a write of the status needs: nothing that could change the object itself. */
    static ObjectMeta identity(HasMetadata object) {
        return new ObjectMetaBuilder()
                .withName(object.getMetadata().getName())
                .withNamespace(object.getMetadata().getNamespace())
                .withUid(object.getMetadata().getUid())
                .withResourceVersion(object.getMetadata().getResourceVersion())
                .build();
    }

    private Meta() {}
}
