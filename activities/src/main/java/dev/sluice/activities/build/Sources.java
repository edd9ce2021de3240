package dev.sluice.activities.build;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Arrays;
import java.util.List;

/** Which containers of a build's pod fetch its sources: a step may have a name like theirs. Pure. */
record Sources(List<String> containers, boolean told) {
    /** On a pod: the containers that fetch from Git and Cloud Storage, separated by commas. */
    static final String ANNOTATION = "build.sluice.dev/sources";

    private static final List<String> PREFIXES = List.of("build-step-git-source-", "build-step-gcs-source-");

    static Sources of(Pod pod) {
        var annotations = pod.getMetadata().getAnnotations();
        var text = annotations == null ? null : annotations.get(ANNOTATION);
        return text == null // made by an earlier version
                ? new Sources(List.of(), false)
                : new Sources(Arrays.asList(text.split(",", -1)), true);
    }

    boolean contain(String container) {
        return told ? containers.contains(container) : PREFIXES.stream().anyMatch(container::startsWith);
    }
}
