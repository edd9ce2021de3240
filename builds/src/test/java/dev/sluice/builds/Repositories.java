package dev.sluice.builds;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;

/** Git repositories of what lies in a folder. */
final class Repositories {
    /**
     * With one commit on {@code main}.
     *
     * @param extra the text of one more class, or nothing
     */
    static void commit(Path project, Path target, String extra) throws IOException, GitAPIException {
        try (var files = Files.walk(project)) {
            for (var file : files.filter(Files::isRegularFile)
                    .filter(f -> !f.toString().contains("target"))
                    .toList()) {
                var copy = target.resolve(project.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        if (!extra.isEmpty()) {
            Files.writeString(target.resolve("src/main/java/hello/Broken.java"), extra);
        }
        try (var repository = Git.init()
                .setDirectory(target.toFile())
                .setInitialBranch("main")
                .call()) {
            repository.add().addFilepattern(".").call();
            repository
                    .commit()
                    .setMessage("first")
                    .setAuthor("a", "a@example.test")
                    .setCommitter("a", "a@example.test")
                    .setSign(false)
                    .call();
        }
    }

    private Repositories() {}
}
