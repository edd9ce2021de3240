package dev.sluice.builds.step;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;

/**
 * That what gets into an image is of the source: a link in a repository may lead to the credentials of the build, or to what Git keeps for
 * itself.
 */
record OwnFiles(Path root) {
    private static final Path GIT = Path.of(".git");

    /** Everything that was fetched belongs together, whichever of its directories is built. */
    static OwnFiles around(StepContext context, Path directory) throws IOException {
        var workspace = context.workingDirectory().toRealPath();
        var real = directory.toRealPath();
        return new OwnFiles(real.startsWith(workspace) ? workspace : real);
    }

    void check(Path file) throws IOException {
        var real = file.toRealPath();
        boolean outside = !real.startsWith(root);
        if (outside || isGits(root.relativize(real))) {
            throw new StepFailure(
                    "LinkLeadsOutside",
                    "\"" + file.getFileName() + "\" must not get into the image: it lies "
                            + (outside ? "outside of the source" : "in .git"));
        }
    }

    /** All of a folder that would be served, without what is Git's. */
    void checkAll(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile)
                    .filter(file -> !isGits(folder.relativize(file)))
                    .toList()) {
                check(file);
            }
        }
    }

    /** @param path below the folder that everything is taken from */
    static boolean isGits(Path path) {
        return StreamSupport.stream(path.spliterator(), false).anyMatch(GIT::equals);
    }
}
