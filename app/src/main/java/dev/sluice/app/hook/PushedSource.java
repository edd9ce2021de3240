package dev.sluice.app.hook;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.SourceSpec;
import dev.sluice.builds.BuiltService;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the builds of a service get what somebody pushed.
 *
 * @param last the build that the next one is like
 * @param copied the repository that Sluice has to fetch from first; null when build pods reach it themselves
 */
record PushedSource(Build last, @Nullable String copied) {
    private static final String SERVING = "serving.knative.dev/";

    /** @throws UnpushableException when no push can be built */
    static PushedSource of(KubernetesClient client, SourceCopies copies, String namespace, String service) {
        var labelled = client.resources(Build.class)
                .inNamespace(namespace)
                .withLabel(BuiltService.LABEL, service)
                .list();
        var last = last(labelled.getItems(), service)
                .orElseThrow(() -> new UnpushableException(
                        "service " + service + " was not built by Sluice yet: deploy it once, from a Git repository"));
        var url = Objects.requireNonNullElse(git(last).orElseThrow().url(), "");
        if (!copies.isCopy(url, namespace, service)) {
            return new PushedSource(last, null);
        }
        var origin = copies.origin(namespace, service)
                .orElseThrow(() -> new UnpushableException("service " + service
                        + " was deployed from a folder, to which nobody pushes: deploy it from a Git repository"));
        return new PushedSource(last, origin);
    }

    /** The newest that the service was deployed from: those are its own. {@code sluice build} gives the label to images of that name. */
    static Optional<Build> last(List<Build> labelled, String service) {
        return labelled.stream()
                .filter(build -> git(build).isPresent() && isOf(build, service))
                .max(Comparator.comparing(build -> build.getMetadata().getCreationTimestamp()));
    }

    private static boolean isOf(Build build, String service) {
        return build.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getApiVersion().startsWith(SERVING)
                        && owner.getKind().equals("Service")
                        && owner.getName().equals(service));
    }

    static Optional<SourceSpec.Git> git(Build build) {
        return Optional.ofNullable(build.getSpec().source()).map(SourceSpec::git);
    }
}
