package dev.sluice.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.lib.PersonIdent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The next demo deleted what somebody had committed to the project of the last one. */
class HelloProjectTest {
    private static final PersonIdent SOMEBODY = new PersonIdent("Somebody", "somebody@example.com");

    @TempDir
    private Path temporary = Path.of("");

    private Path folder = temporary;
    private Path aside = temporary;

    @BeforeEach
    void aDemoHasRun() throws Exception {
        folder = temporary.resolve("hello");
        aside = temporary.resolve("hello-1");
        var example = Files.createDirectories(temporary.resolve("example"));
        var source = example.resolve("src/main/java/hello/Hello.java");
        Files.createDirectories(source.resolveSibling(""));
        Files.writeString(source, "String VERSION = \"version 1\";\n");
        try (var project = HelloProject.create(example, folder)) {
            project.nextVersion(2);
        }
    }

    @Test
    void removesWhatNobodyTouched() throws Exception {
        HelloProject.makeRoom(folder);

        assertThat(folder).doesNotExist();
        assertThat(aside).doesNotExist();
    }

    @Test
    void putsAsideWhatIsNotCommitted() throws Exception {
        Files.writeString(folder.resolve("notes"), "mine\n");

        assertIsPutAside();
    }

    @Test
    void putsAsideACommit() throws Exception {
        try (var git = Git.open(folder.toFile())) {
            work(git);
        }

        assertIsPutAside();
    }

    @Test
    void putsAsideWhatTheDemoDidLastAndSomebodyDidBefore() throws Exception {
        try (var git = Git.open(folder.toFile())) {
            work(git);
            var demo = new PersonIdent("Demo", "demo@example.com");
            git.commit()
                    .setMessage("Say version 3")
                    .setAuthor(demo)
                    .setCommitter(demo)
                    .setSign(false)
                    .call();
        }

        assertIsPutAside();
    }

    @Test
    void putsAsideAnAmendedCommitWhichKeepsItsAuthor() throws Exception {
        try (var git = Git.open(folder.toFile())) {
            Files.writeString(folder.resolve("notes"), "mine\n");
            git.add().addFilepattern(".").call();
            git.commit()
                    .setAmend(true)
                    .setMessage("Say version 2, better")
                    .setCommitter(SOMEBODY)
                    .setSign(false)
                    .call();
        }

        assertIsPutAside();
    }

    @Test
    void putsAsideABranchThatIsNotCheckedOut() throws Exception {
        try (var git = Git.open(folder.toFile())) {
            git.checkout().setCreateBranch(true).setName("mine").call();
            work(git);
            git.checkout().setName("main").call();
        }

        assertIsPutAside();
    }

    @Test
    void putsAsideAStash() throws Exception {
        try (var git = Git.open(folder.toFile())) {
            Files.writeString(folder.resolve("src/main/java/hello/Hello.java"), "mine\n");
            git.stashCreate().setPerson(SOMEBODY).call();
            assertThat(git.status().call().isClean()).isTrue();
        }

        assertIsPutAside();
    }

    private void assertIsPutAside() throws Exception {
        HelloProject.makeRoom(folder);

        assertThat(folder).doesNotExist();
        assertThat(aside).isNotEmptyDirectory();
    }

    private void work(Git git) throws Exception {
        Files.writeString(folder.resolve("notes"), "mine\n");
        git.add().addFilepattern(".").call();
        git.commit()
                .setMessage("Mine")
                .setAuthor(SOMEBODY)
                .setCommitter(SOMEBODY)
                .setSign(false)
                .call();
    }
}
