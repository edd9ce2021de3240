package dev.sluice.activities.build;

import dev.sluice.api.build.Build;
import dev.sluice.workflows.build.BuildActivities.Attempt;
import dev.sluice.workflows.build.BuildRef;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The pods of one build, of which those after the first leave out what has run already. */
final class FurtherPods {
    /** On a pod: its number among those of its build, from 0. */
    static final String NUMBER = "build.sluice.dev/attempt";
    /** On a pod: the containers that it need not run again, separated by commas. */
    static final String FINISHED = "build.sluice.dev/finished";

    /** The pod for an attempt, made of the pod that runs everything. Credentials are written anew: a secret may have changed. */
    static Pod of(Pod whole, Attempt attempt) {
        if (attempt.number() == 0 && attempt.finished().isEmpty()) {
            return whole;
        }
        return new PodBuilder(whole)
                .editMetadata()
                .withName(BuildPods.name(attempt.build(), attempt.number()))
                .addToAnnotations(NUMBER, String.valueOf(attempt.number()))
                .addToAnnotations(FINISHED, String.join(",", attempt.finished()))
                .endMetadata()
                .editSpec()
                .withInitContainers(whole.getSpec().getInitContainers().stream()
                        .filter(c -> c.getName().equals(BuildPods.CREDENTIALS)
                                || !attempt.finished().contains(c.getName()))
                        .toList())
                .endSpec()
                .build();
    }

    /** What the pod need not run again. */
    static List<String> finished(Pod pod) {
        var text = annotation(pod, FINISHED);
        return text.isEmpty() ? List.of() : Arrays.asList(text.split(",", -1));
    }

    /** Those that are named after it: of another build of this name, too. */
    static FilterWatchListDeletable<Pod, PodList, PodResource> of(KubernetesClient client, BuildRef build) {
        return client.pods().inNamespace(build.namespace()).withLabel(Build.NAME_LABEL, build.name());
    }

    static FilterWatchListDeletable<Pod, PodList, PodResource> ofAnyBuild(KubernetesClient client, String namespace) {
        return client.pods().inNamespace(namespace).withLabel(Build.NAME_LABEL);
    }

    /** Oldest first. */
    static List<Pod> all(KubernetesClient client, BuildRef build) {
        return of(client, build).list().getItems().stream()
                .filter(pod -> pod.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> owner.getUid().equals(build.uid())))
                .sorted(Comparator.comparingInt(FurtherPods::number))
                .toList();
    }

    /** Whether something in the pod may still write to the claim. */
    static boolean worksIn(Pod pod, String claim) {
        return mayRun(pod)
                && (pod.getMetadata().getDeletionTimestamp() != null
                        || Stream.concat(
                                        pod.getStatus().getInitContainerStatuses().stream(),
                                        pod.getStatus().getContainerStatuses().stream())
                                .anyMatch(s ->
                                        s.getState() != null && s.getState().getRunning() != null))
                && pod.getSpec().getVolumes().stream()
                        .map(Volume::getPersistentVolumeClaim)
                        .anyMatch(source -> source != null && claim.equals(source.getClaimName()));
    }

    /** Whether not everything of the build in the pod has ended. */
    static boolean mayRun(Pod pod) {
        if (pod.getStatus() == null) {
            return true;
        }
        var phase = pod.getStatus().getPhase();
        // what somebody has put beside a build's containers may go on for ever, but only the last of ours comes after
        // all steps
        boolean through = pod.getMetadata().getDeletionTimestamp() == null
                && pod.getStatus().getContainerStatuses().stream()
                        .anyMatch(s -> s.getName().equals(BuildPods.NOP)
                                && s.getState() != null
                                && s.getState().getTerminated() != null);
        return !through && !"Succeeded".equals(phase) && !"Failed".equals(phase);
    }

    static Optional<Pod> newest(KubernetesClient client, BuildRef build) {
        return all(client, build).stream().reduce((_, last) -> last);
    }

    static int number(Pod pod) {
        var text = annotation(pod, NUMBER);
        return text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : 0;
    }

    private static String annotation(Pod pod, String key) {
        var annotations = pod.getMetadata().getAnnotations();
        return annotations == null ? "" : Objects.requireNonNullElse(annotations.get(key), "");
    }

    private FurtherPods() {}
}
