package dev.sluice.activities.build;

import dev.sluice.api.build.Build;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a Build that goes on from another one need not do again. */
final class Resumption {
    private static final Comparator<Build> AGE = Comparator.comparing(
                    (Build build) -> build.getMetadata().getCreationTimestamp())
            .thenComparing(build -> build.getMetadata().getUid());

    private final KubernetesClient client;

    Resumption(KubernetesClient client) {
        this.client = client;
    }

    /** @param problem why the Build cannot go on from the other one */
    record Start(List<String> finished, Optional<String> problem) {
        static Start at(List<String> finished) {
            return new Start(finished, Optional.empty());
        }

        static Start refused(String problem) {
            return new Start(List.of(), Optional.of("spec.resume.from: " + problem));
        }
    }

    /** @param containers of the Build's pod, in order */
    Start of(Build build, List<String> containers) {
        var resume = build.getSpec().resume();
        if (resume == null || resume.from() == null || resume.from().isEmpty()) {
            return Start.at(List.of());
        }
        var namespace = build.getMetadata().getNamespace();
        var before = from(build).orElse(null);
        var quoted = "Build \"" + resume.from() + "\"";
        if (before == null) {
            return Start.refused("builds.build.knative.dev \"" + resume.from() + "\" not found");
        }
        var claim = before.getStatus().workspaceClaim();
        if (claim == null) {
            return Start.refused(quoted + " kept no workspace: it had neither resume nor retries");
        }
        if (!before.getStatus().done()
                || before.getStatus()
                        .succeeded()
                        .filter(c -> c.status().equals("True"))
                        .isPresent()) {
            return Start.refused(quoted + " has not failed");
        }
        if (client.persistentVolumeClaims()
                        .inNamespace(namespace)
                        .withName(claim)
                        .get()
                == null) {
            return Start.refused("the volume claim " + claim + " of " + quoted + " is gone");
        }
        var rival = rival(
                build,
                claim,
                client.resources(Build.class).inNamespace(namespace).list().getItems());
        if (rival.isPresent()) {
            return Start.refused("Build \"" + rival.get().getMetadata().getName() + "\" goes on in the workspace of "
                    + quoted + " already");
        }
        return begin(before, containers, quoted);
    }

    /** The Build that this one goes on from. */
    Optional<Build> from(Build build) {
        var resume = build.getSpec().resume();
        return resume == null || resume.from() == null || resume.from().isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(client.resources(Build.class)
                        .inNamespace(build.getMetadata().getNamespace())
                        .withName(resume.from())
                        .get());
    }

    /** Another unfinished Build with the same workspace: it has it already, or asked before this one. */
    static Optional<Build> rival(Build build, String claim, List<Build> all) {
        return all.stream()
                .filter(other ->
                        !other.getMetadata().getUid().equals(build.getMetadata().getUid())
                                && !other.getStatus().done())
                .filter(other -> claim.equals(other.getStatus().workspaceClaim())
                        || (Objects.equals(origin(other), origin(build)) && AGE.compare(other, build) < 0))
                .findFirst();
    }

    private static @Nullable String origin(Build build) {
        var resume = build.getSpec().resume();
        return resume == null ? null : resume.from();
    }

    static Start begin(Build before, List<String> containers, String quoted) {
        var steps = succeeded(before);
        if (steps.isEmpty()) {
            return Start.at(List.of());
        }
        int first = containers.indexOf(steps.getFirst());
        int last = first + steps.size();
        if (first < 0
                || last >= containers.size()
                || !containers.subList(first, last).equals(steps)) {
            return Start.refused(
                    "the steps of this Build do not begin with those that " + quoted + " has finished: " + steps);
        }
        return Start.at(List.copyOf(containers.subList(0, last)));
    }

    /** The steps that have ended well; sources come before them all. */
    private static List<String> succeeded(Build build) {
        var status = build.getStatus();
        var names = new ArrayList<String>();
        for (int i = 0;
                i < Math.min(status.stepsCompleted().size(), status.stepStates().size());
                i++) {
            var terminated = status.stepStates().get(i).getTerminated();
            if (terminated == null || !Objects.equals(terminated.getExitCode(), 0)) {
                break;
            }
            names.add(status.stepsCompleted().get(i));
        }
        return names;
    }
}
