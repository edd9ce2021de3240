package dev.sluice.serving.revision;

import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.RevisionStatus;
import dev.sluice.api.serving.ServingAnnotations;
import dev.sluice.serving.cluster.Meta;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The wish that a revision be started anew. The annotation is on its pods too, so these are made anew with it; that it was heard
 * is noted in the status.
 */
record Retry(String value) {
    static Optional<Retry> of(Revision revision) {
        return Optional.ofNullable(Meta.annotations(revision).get(ServingAnnotations.RETRY))
                .filter(value -> !value.equals(annotations(revision.getStatus()).get(ServingAnnotations.RETRY)))
                .map(Retry::new);
    }

    /** Whether a pod belongs to the last attempt: what befell those before says nothing any more. */
    static boolean same(Pod pod, Revision revision) {
        return Objects.equals(
                Meta.annotations(pod).get(ServingAnnotations.RETRY),
                Meta.annotations(revision).get(ServingAnnotations.RETRY));
    }

    RevisionStatus noted(RevisionStatus status) {
        var annotations = new TreeMap<>(annotations(status));
        annotations.put(ServingAnnotations.RETRY, value);
        return new RevisionStatus(
                status.observedGeneration(),
                status.conditions(),
                annotations,
                status.logUrl(),
                status.containerStatuses(),
                status.initContainerStatuses(),
                status.actualReplicas(),
                status.desiredReplicas());
    }

    private static Map<String, String> annotations(RevisionStatus status) {
        return Objects.requireNonNullElse(status.annotations(), Map.of());
    }
}
