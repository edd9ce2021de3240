package dev.sluice.app.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.PersonIdent;

/** The example project as a Git repository of its own, which the demo commits to like its developer would. */
final class HelloProject implements AutoCloseable {
    private static final Path SOURCE = Path.of("src", "main", "java", "hello", "Hello.java");

    private static final String EMAIL = "demo@example.com";

    private final Git git;
    private final Path folder;

    private HelloProject(Git git, Path folder) {
        this.git = git;
        this.folder = folder;
    }

    static HelloProject create(Path example, Path folder) throws IOException {
        try (var files = Files.walk(example)) {
            for (var file :
                    files.filter(f -> !f.startsWith(example.resolve("target"))).toList()) {
                var target = folder.resolve(example.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        try {
            var project = new HelloProject(
                    Git.init()
                            .setDirectory(folder.toFile())
                            .setInitialBranch("main")
                            .call(),
                    folder);
            project.commit("Say hello");
            return project;
        } catch (GitAPIException e) {
            throw new IOException("making a repository in " + folder + ": " + e.getMessage(), e);
        }
    }

    /** The project of last time goes; one that somebody has worked on is put aside. */
    static void makeRoom(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        if (isAsTheDemoLeftIt(folder)) {
            try (var files = Files.walk(folder)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
            return;
        }
        int number = 1;
        while (Files.exists(folder.resolveSibling(folder.getFileName() + "-" + number))) {
            number++;
        }
        Files.move(folder, folder.resolveSibling(folder.getFileName() + "-" + number));
    }

    private static boolean isAsTheDemoLeftIt(Path folder) {
        try (var git = Git.open(folder.toFile())) {
            // of branches that are not checked out and of a stash, too: whatever could get lost
            for (var commit : git.log().all().call()) {
                if (!isOurs(commit.getAuthorIdent()) || !isOurs(commit.getCommitterIdent())) {
                    return false;
                }
            }
            return git.status().call().isClean();
        } catch (IOException | GitAPIException _) {
            return false;
        }
    }

    private static boolean isOurs(PersonIdent person) {
        return person.getEmailAddress().equals(EMAIL);
    }

    Path folder() {
        return folder;
    }

    /** Changes the greeting's version and commits it; returns the changed line. */
    String nextVersion(int number) throws IOException {
        var file = folder.resolve(SOURCE);
        var text = Files.readString(file);
        var changed = text.replaceFirst("VERSION = \"[^\"]*\"", "VERSION = \"version " + number + "\"");
        if (changed.equals(text)) {
            throw new DemoFailure("the example has no VERSION to change in " + SOURCE);
        }
        Files.writeString(file, changed);
        commit("Say version " + number);
        return changed.lines()
                .filter(l -> l.contains("VERSION ="))
                .findFirst()
                .orElseThrow()
                .strip();
    }

    private void commit(String message) throws IOException {
        try {
            var author = new PersonIdent("Demo", EMAIL);
            git.add().addFilepattern(".").call();
            git.commit()
                    .setMessage(message)
                    .setAuthor(author)
                    .setCommitter(author)
                    .setSign(false)
                    .call();
        } catch (GitAPIException e) {
            throw new IOException("committing to " + folder + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        git.close();
    }
}
