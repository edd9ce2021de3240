package dev.sluice.serving.revision;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildStatus;
import dev.sluice.api.conditions.Condition;
import dev.sluice.api.serving.Revision;
import dev.sluice.serving.cluster.Caches;
import dev.sluice.serving.cluster.FollowedKinds;
import dev.sluice.serving.cluster.Meta;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.service.RequestedBuilds;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The build that a revision of 2018 waits for, an object of any kind, as its Succeeded condition says. */
public final class AwaitedBuild {
    private static final String BUILD = Build.GROUP + "/" + Build.VERSION + "/Build";

    private final Caches caches;
    private final FollowedKinds kinds;

    public AwaitedBuild(Caches caches, FollowedKinds kinds) {
        this.caches = caches;
        this.kinds = kinds;
    }

    /** Where a build is. */
    public sealed interface State {
        record Running(String reason, String message) implements State {}

        /** @param image what it pushed, with its digest */
        record Succeeded(Optional<String> image) implements State {}

        record Failed(String reason, String message) implements State {}

        /** Its kind has gone from the cluster, and nothing tells when it comes back. */
        record Unfollowed(String message) implements State {}
    }

    /** Empty when the revision has no build. */
    Optional<State> of(Revision revision) {
        var reference = Meta.annotations(revision).get(RequestedBuilds.REFERENCE);
        if (reference == null) {
            return Optional.empty();
        }
        int slash = reference.lastIndexOf('/');
        var key = new ObjectKey(revision.getMetadata().getNamespace(), reference.substring(slash + 1));
        try {
            return Optional.of(state(reference.substring(0, slash), key)
                    .orElseGet(() -> builtBefore(revision)
                            ? new State.Succeeded(Optional.empty())
                            : new State.Running("Building", "Build \"" + key.name() + "\" has not been seen yet.")));
        } catch (FollowedKinds.UnknownKind e) {
            return Optional.of(
                    builtBefore(revision)
                            ? new State.Succeeded(Optional.empty())
                            : new State.Unfollowed("spec.buildRef: " + e.getMessage()));
        }
    }

    private Optional<State> state(String kind, ObjectKey key) {
        if (kind.equals(BUILD)) {
            return caches.builds()
                    .get(key)
                    .map(build -> state(
                            build.getStatus().succeeded(),
                            Optional.ofNullable(build.getStatus().image()).flatMap(BuildStatus.Image::pinned)));
        }
        int slash = kind.lastIndexOf('/');
        return kinds.of(kind.substring(0, slash), kind.substring(slash + 1))
                .get(key)
                .map(object -> state(succeeded(object), Optional.empty()));
    }

    /** Knative's duck type: an object of a kind unknown to us, whose status has conditions. */
    private static Optional<Condition> succeeded(GenericKubernetesResource object) {
        return object.get("status", "conditions") instanceof List<?> conditions
                ? conditions.stream()
                        .filter(c -> c instanceof Map<?, ?> fields && BuildStatus.SUCCEEDED.equals(fields.get("type")))
                        .map(c -> (Map<?, ?>) c)
                        .map(c -> new Condition(
                                BuildStatus.SUCCEEDED,
                                String.valueOf(c.get("status")),
                                null,
                                null,
                                c.get("reason") instanceof String reason ? reason : null,
                                c.get("message") instanceof String message ? message : null))
                        .findFirst()
                : Optional.empty();
    }

    /** Whether the revision has its image already: a Build that is deleted later takes nothing away. */
    static boolean builtBefore(Revision revision) {
        return !revision.getStatus().containerStatuses().isEmpty()
                && revision.getStatus().conditions().stream()
                        .anyMatch(c -> c.type().equals(RevisionState.BUILD)
                                && c.status().equals("True"));
    }

    private static State state(Optional<Condition> succeeded, Optional<String> image) {
        if (succeeded.isEmpty()) {
            return new State.Running("Building", "");
        }
        var reason = text(succeeded.get().reason());
        var message = text(succeeded.get().message());
        return switch (succeeded.get().status()) {
            case "True" -> new State.Succeeded(image);
            case "False" -> new State.Failed(reason.isEmpty() ? "BuildFailed" : reason, message);
            default -> new State.Running(reason.isEmpty() ? "Building" : reason, message);
        };
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }
}
