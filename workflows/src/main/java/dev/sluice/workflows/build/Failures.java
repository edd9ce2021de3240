package dev.sluice.workflows.build;

import dev.sluice.workflows.build.BuildActivities.StepEnd;
import io.temporal.failure.ApplicationFailure;
import org.jspecify.annotations.Nullable;

/** Tells a failed step in one sentence, in Knative Build's words where it had any. Pure. */
final class Failures {
    private static final int LONGEST = 700;

    static Verdict verdict(BuildRef build, StepEnd end) {
        return switch (end.kind()) {
            case LOST ->
                Verdict.failed(
                        "PodLost",
                        "the pod of build \"" + build.name() + "\" was lost before the build had ended, more than once"
                                + (end.exitCode() > 0 ? ": " + sentence(build, end) : ""));
            case POD_FAILED ->
                Verdict.failed(
                        reason(end.reason()),
                        end.message() == null || end.message().isBlank()
                                ? "build failed for unspecified reasons."
                                : end.message());
            case ENDED -> Verdict.failed(reason(end.reason()), sentence(build, end));
        };
    }

    /** The end of a build that got no pod within its timeout, with what went wrong at last. */
    static Verdict noPodInTime(Verdict timedOut, Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApplicationFailure told && told.getOriginalMessage() != null) {
                return new Verdict(
                        timedOut.phase(),
                        timedOut.reason(),
                        timedOut.message() + ": no pod could be made for it: "
                                + firstLine(told.getOriginalMessage().strip()));
            }
        }
        return timedOut;
    }

    /** What the step itself said, before what Knative Build would have said. */
    private static String sentence(BuildRef build, StepEnd end) {
        var upstream =
                "build step \"%s\" exited with code %d (image: \"%s\"); for logs run: kubectl -n %s logs %s -c %s"
                        .formatted(
                                end.container(),
                                end.exitCode(),
                                end.image(),
                                build.namespace(),
                                end.pod(),
                                end.container());
        var own = end.message() == null ? "" : end.message().strip();
        if (own.isEmpty()) {
            return upstream;
        }
        return firstLine(own) + ": " + upstream;
    }

    private static String firstLine(String text) {
        var line = text.lines().findFirst().orElse(text);
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
    }

    private static String reason(@Nullable String given) {
        return given == null || given.isBlank() ? "BuildFailed" : given;
    }

    private Failures() {}
}
