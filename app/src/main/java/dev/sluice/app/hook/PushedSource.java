package dev.sluice.app.hook;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.SourceSpec;
import dev.sluice.builds.BuiltService;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Comparator;
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
    /** @throws UnpushableException when no push can be built */
    static PushedSource of(KubernetesClient client, SourceCopies copies, String namespace, String service) {
        var last = client
                .resources(Build.class)
                .inNamespace(namespace)
                .withLabel(BuiltService.LABEL, service)
                .list()
                .getItems()
                .stream()
                .filter(b -> git(b).isPresent())
                .max(Comparator.comparing(b -> b.getMetadata().getCreationTimestamp()))
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

    static Optional<SourceSpec.Git> git(Build build) {
        return Optional.ofNullable(build.getSpec().source()).map(SourceSpec::git);
    }
}
