package dev.sluice.app.hook;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildStatus;
import dev.sluice.builds.BuiltService;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What a push of a commit asks for that has been built before: somebody went back to it, or told it again. Pure. */
enum PushAgain {
    /** It is being built, or is what the service runs. */
    NOTHING,
    /** Its image is there. */
    DEPLOY,
    /** It failed, or another push took its place, or the name is somebody else's. */
    BUILD;

    /** @param running the image that the service wants to run */
    static PushAgain of(Build build, String service, String running) {
        if (!isDeployed(build, service)) {
            return BUILD;
        }
        var status = build.getStatus();
        if (!status.done()) {
            return build.getSpec().cancelRequested() ? BUILD : NOTHING;
        }
        if (status.succeeded().filter(c -> c.status().equals("True")).isEmpty()) {
            return BUILD;
        }
        var image = pinned(build);
        return image.isEmpty() || image.get().equals(running) ? NOTHING : DEPLOY;
    }

    /**
     * Whether a push is only told again, or late: the commit that it came from has been built, but is neither what the service runs
     * nor on its way to be.
     */
    static boolean isOld(Push push, List<Build> all, String running) {
        if (push.before().isEmpty()) {
            return false;
        }
        var origin = all.stream()
                .filter(build -> push.before().equals(revision(build)))
                .toList();
        return !origin.isEmpty()
                && origin.stream()
                        .allMatch(build -> build.getStatus().done()
                                && !running.equals(pinned(build).orElse("")));
    }

    private static Optional<String> pinned(Build build) {
        return Optional.ofNullable(build.getStatus().image()).flatMap(BuildStatus.Image::pinned);
    }

    private static String revision(Build build) {
        var source = build.getSpec().source();
        return source == null || source.git() == null
                ? "" // which no push comes from
                : Objects.requireNonNullElse(source.git().revision(), "");
    }

    static boolean isDeployed(Build build, String service) {
        return service.equals(Objects.requireNonNullElse(build.getMetadata().getAnnotations(), Map.of())
                .get(BuiltService.DEPLOY));
    }
}
