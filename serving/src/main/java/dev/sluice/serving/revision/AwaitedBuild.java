package dev.sluice.serving.revision;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildStatus;
import dev.sluice.api.serving.Revision;
import dev.sluice.serving.cluster.Caches;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.serving.service.RequestedBuilds;
import java.util.Optional;

/** The build that a revision of 2018 waits for, as its Succeeded condition says. */
public final class AwaitedBuild {
    private final Caches caches;

    public AwaitedBuild(Caches caches) {
        this.caches = caches;
    }

    /** Where a build is. */
    public sealed interface State {
        record Running(String reason, String message) implements State {}

        /** @param image what it pushed, with its digest */
        record Succeeded(Optional<String> image) implements State {}

        record Failed(String reason, String message) implements State {}
    }

    /** Empty when the revision has no build. */
    Optional<State> of(Revision revision) {
        var reference = Meta.annotations(revision).get(RequestedBuilds.REFERENCE);
        if (reference == null) {
            return Optional.empty();
        }
        var name = reference.substring(reference.lastIndexOf('/') + 1);
        return Optional.of(caches.builds()
                .get(revision.getMetadata().getNamespace(), name)
                .map(AwaitedBuild::state)
                .orElseGet(() -> builtBefore(revision)
                        ? new State.Succeeded(Optional.empty())
                        : new State.Running("Building", "Build \"" + name + "\" has not been seen yet.")));
    }

    /** Whether the revision has its image already: a Build that is deleted later takes nothing away. */
    static boolean builtBefore(Revision revision) {
        return !revision.getStatus().containerStatuses().isEmpty()
                && revision.getStatus().conditions().stream()
                        .anyMatch(c -> c.type().equals(RevisionState.BUILD)
                                && c.status().equals("True"));
    }

    private static State state(Build build) {
        var status = build.getStatus();
        var succeeded = status.succeeded();
        if (succeeded.isEmpty()) {
            return new State.Running("Building", "");
        }
        var reason = text(succeeded.get().reason());
        var message = text(succeeded.get().message());
        return switch (succeeded.get().status()) {
            case "True" ->
                new State.Succeeded(Optional.ofNullable(status.image()).flatMap(BuildStatus.Image::pinned));
            case "False" -> new State.Failed(reason.isEmpty() ? "BuildFailed" : reason, message);
            default -> new State.Running(reason.isEmpty() ? "Building" : reason, message);
        };
    }

    private static String text(@org.jspecify.annotations.Nullable String text) {
        return text == null ? "" : text;
    }
}
