package dev.sluice.serving.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** The namespace and name of an object of a kind that the context tells. */
public record ObjectKey(String namespace, String name) {
    public static ObjectKey of(HasMetadata object) {
        var namespace = object.getMetadata().getNamespace();
        return new ObjectKey(
                namespace == null ? "" : namespace, object.getMetadata().getName());
    }

    /** Of a cluster-scoped kind. */
    public static ObjectKey cluster(String name) {
        return new ObjectKey("", name);
    }

    @Override
    public String toString() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }
}
