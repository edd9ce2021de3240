package dev.sluice.builds.step;

import java.nio.file.Files;

/** That the directory exists which the steps are to see as their workspace: a kubelet would make an empty one in its place. */
final class SubPath {
    static void check(StepContext context, String source) {
        var wanted = context.option("sub-path");
        if (wanted.isPresent() && !Files.isDirectory(context.workingDirectory().resolve(wanted.get()))) {
            throw new StepFailure(
                    "SubPathNotFound", source + " has no directory \"" + wanted.get() + "\", which is its subPath");
        }
    }

    private SubPath() {}
}
