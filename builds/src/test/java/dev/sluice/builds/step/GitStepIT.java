package dev.sluice.builds.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.git.GitHttpServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.dircache.DirCacheEditor;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GitStepIT {
    @TempDir
    Path folder;

    private String first = "";
    private String second = "";
    private String side = "";
    private GitHttpServer server;

    @BeforeEach
    void repository() throws IOException, GitAPIException {
        var root = folder.resolve("repositories");
        try (var git = Git.init()
                .setDirectory(root.resolve("app").toFile())
                .setInitialBranch("main")
                .call()) {
            first = commit(git, "one");
            git.tag().setName("v1").setMessage("annotated").call();
            git.branchCreate().setName("dev").call();
            second = commit(git, "two");
            git.checkout().setName("dev").call();
            side = commit(git, "three");
            var pull = git.getRepository().updateRef("refs/pull/100/head");
            pull.setNewObjectId(git.getRepository().resolve(side));
            pull.update();
            git.checkout().setName("main").call();
        }
        server = GitHttpServer.start(root, null, null);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "main, two",
        "dev, three",
        "v1, one",
        "refs/heads/dev, three",
        "refs/tags/v1, one",
        "pull/100/head, three",
        "HEAD, two",
        "FIRST, one",
        "SECOND, two",
        "SHORT, one"
    })
    void fetchesBranchesTagsCommitsAndOtherRefs(String revision, String content) throws IOException {
        var resolved = switch (revision) {
            case "FIRST" -> first;
            case "SECOND" -> second;
            case "SHORT" -> first.substring(0, 10);
            default -> revision;
        };

        var run = StepRun.of(folder, Map.of(), "git", "-url", server.url() + "/app/.git", "-revision", resolved);

        assertThat(run.output()).contains("Successfully cloned");
        assertThat(run.exitCode()).isZero();
        assertThat(folder.resolve("workspace/file")).hasContent(content);
        assertThat(run.message().path("commit").asText())
                .isEqualTo(Map.of("one", first, "two", second, "three", side).get(content));
    }

    @Test
    void fetchesOnlyTheCommitThatIsAskedFor() throws IOException, GitAPIException {
        StepRun.of(folder, Map.of(), "git", "-url", server.url() + "/app/.git", "-revision", "main");

        try (var git = Git.open(folder.resolve("workspace").toFile())) {
            assertThat(git.log().call()).hasSize(1);
        }
    }

    @Test
    void putsASecondSourceBelowItsTargetPath() throws IOException {
        StepRun.of(folder, Map.of(), "git", "-url", server.url() + "/app/.git", "-revision", "main");
        var run = StepRun.of(
                folder, Map.of(), "git", "-url", server.url() + "/app/.git", "-revision", "v1", "-path", "lib/x");

        assertThat(run.exitCode()).isZero();
        assertThat(folder.resolve("workspace/file")).hasContent("two");
        assertThat(folder.resolve("workspace/lib/x/file")).hasContent("one");
    }

    @Test
    void fetchesSubmodulesAndTheirs() throws IOException, GitAPIException {
        repository("inner", "within", Map.of());
        repository("outer", "around", Map.of("deep", "inner"));
        repository("whole", "top", Map.of("libs/outer", "outer"));
        repository("inner", "later", Map.of()); // what is pinned stays

        var run = StepRun.of(folder, Map.of(), "git", "-url", server.url() + "/whole/.git", "-revision", "main");

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(folder.resolve("workspace/file")).hasContent("top");
        assertThat(folder.resolve("workspace/libs/outer/file")).hasContent("around");
        assertThat(folder.resolve("workspace/libs/outer/deep/file")).hasContent("within");
    }

    /** A kill leaves locks, which nobody takes away, and half of what was being written. */
    @Test
    void fetchesAnewWhereItWasKilled() throws IOException, GitAPIException {
        repository("inner", "within", Map.of());
        repository("whole", "top", Map.of("lib", "inner"));
        var arguments = new String[] {"git", "-url", server.url() + "/whole/.git", "-revision", "main"};
        assertThat(StepRun.of(folder, Map.of(), arguments).exitCode()).isZero();
        var workspace = folder.resolve("workspace");
        for (var lock : List.of("index.lock", "shallow.lock", "config.lock", "HEAD.lock")) {
            Files.createFile(workspace.resolve(".git").resolve(lock));
        }
        Files.writeString(workspace.resolve("file"), "half");

        var run = StepRun.of(folder, Map.of(), arguments);

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(workspace.resolve("file")).hasContent("top");
        assertThat(workspace.resolve("lib/file")).hasContent("within");
    }

    @Test
    void leavesASourceBelowAsItIs() throws IOException, GitAPIException {
        repository("inner", "within", Map.of());
        repository("whole", "top", Map.of("lib", "inner"));
        StepRun.of(
                folder, Map.of(), "git", "-url", server.url() + "/whole/.git", "-revision", "main", "-path", "below");
        var arguments = new String[] {"git", "-url", server.url() + "/app/.git", "-revision", "main"};
        StepRun.of(folder, Map.of(), arguments);

        assertThat(StepRun.of(folder, Map.of(), arguments).exitCode()).isZero();
        assertThat(folder.resolve("workspace/below/lib/file")).hasContent("within");
    }

    @Test
    void takesAwayWhatTheRepositoryHasDroppedAndNothingElse() throws IOException, GitAPIException {
        files("shrinking", "file", "old/deep/a", "made/a", "led/a", "turned");
        var arguments = new String[] {"git", "-url", server.url() + "/shrinking/.git", "-revision", "main"};
        assertThat(StepRun.of(folder, Map.of(), arguments).exitCode()).isZero();
        var workspace = folder.resolve("workspace");
        var outside = Files.createDirectories(folder.resolve("outside"));
        Files.writeString(outside.resolve("a"), "not in the workspace");
        Files.writeString(workspace.resolve("made/own"), "of a step");
        Files.move(workspace.resolve("led"), workspace.resolve("moved"));
        Files.createSymbolicLink(workspace.resolve("led"), outside);
        Files.delete(workspace.resolve("turned"));
        Files.writeString(Files.createDirectory(workspace.resolve("turned")).resolve("own"), "of a step");
        files("shrinking", "file");

        var run = StepRun.of(folder, Map.of(), arguments);

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(workspace.resolve("file")).exists();
        assertThat(workspace.resolve("old")).doesNotExist();
        assertThat(workspace.resolve("made/a")).doesNotExist();
        for (var kept : List.of("made/own", "moved/a", "turned/own", "led/a")) {
            assertThat(workspace.resolve(kept)).exists();
        }
        assertThat(outside.resolve("a")).hasContent("not in the workspace");
    }

    /** It ended while it put the files there. */
    @Test
    void takesAwayWhatAFetchThatDidNotEndHadPutThere() throws IOException, GitAPIException {
        files("shrinking", "a");
        withAFileThatNoDiskTakes("shrinking");
        var arguments = new String[] {"git", "-url", server.url() + "/shrinking/.git", "-revision", "main"};
        assertThat(StepRun.of(folder, Map.of(), arguments).exitCode()).isEqualTo(1);
        assertThat(folder.resolve("workspace/a")).exists();
        files("shrinking", "file");

        var run = StepRun.of(folder, Map.of(), arguments);

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(folder.resolve("workspace/a")).doesNotExist();
    }

    /** A few commits would fill a disk, each with two submodules that are the one before. */
    @Test
    void endsEightSubmodulesDeep() throws IOException, GitAPIException {
        containingItself("loop", 10);

        var run = StepRun.of(folder, Map.of(), "git", "-url", server.url() + "/loop/.git", "-revision", "main");

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(folder.resolve("workspace/file")).hasContent("10");
        var deepest = folder.resolve("workspace" + "/self".repeat(8));
        assertThat(deepest.resolve("file")).hasContent("2");
        assertThat(deepest.resolve("self")).isEmptyDirectory();
        assertThat(run.output())
                .contains("The submodules in self/self/self/self/self/self/self/self are not fetched:"
                        + " they are more than 8 deep.");
    }

    @Test
    void readsALocalRepository() throws IOException {
        var url = folder.resolve("repositories/app").toUri().toString();

        var run = StepRun.of(folder, Map.of(), "git", "-url", url, "-revision", "dev");

        assertThat(run.output()).contains("Successfully cloned");
        assertThat(folder.resolve("workspace/file")).hasContent("three");
    }

    @ParameterizedTest
    @CsvSource({
        "/nothing, main, GitRemoteRepositoryNotFound, there is no Git repository at URL",
        "/app/.git, no-such, GitRevisionNotFound, the Git repository URL has no revision \"no-such\"",
        "/app/.git, feature/no-such, GitRevisionNotFound, the Git repository URL has no revision \"feature/no-such\"",
        "/app/.git, 0123456789012345678901234567890123456789, GitRevisionNotFound, the Git repository URL has no revision \"0123456789012345678901234567890123456789\""
    })
    void failsInOneSentence(String path, String revision, String reason, String sentence) throws IOException {
        var run = StepRun.of(folder, Map.of(), "git", "-url", server.url() + path, "-revision", revision);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.message().path("message").asText()).isEqualTo(sentence.replace("URL", server.url() + path));
        assertThat(run.message().path("reason").asText()).isEqualTo(reason);
        assertThat(run.output())
                .endsWith("ERROR: " + run.message().path("message").asText() + "\n");
    }

    @Test
    void saysWhenNobodyIsThere() throws IOException {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }

        var run = StepRun.of(folder, Map.of(), "git", "-url", "http://127.0.0.1:" + port + "/app", "-revision", "main");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.message().path("reason").asText()).isEqualTo("GitRemoteUnreachable");
    }

    @Test
    void usesTheCredentialsOfTheServiceAccount() throws IOException {
        try (var closed = GitHttpServer.start(folder.resolve("repositories"), "me", "p@ss word/1")) {
            var url = closed.url() + "/app/.git";

            var without = StepRun.of(folder, Map.of(), "git", "-url", url, "-revision", "main");
            assertThat(without.message().path("reason").asText()).isEqualTo("GitRemoteRepositoryPrivate");

            secret("right", "p@ss word/1");
            credentials("right=" + closed.url());
            var with = StepRun.of(folder, Map.of(), "git", "-url", url, "-revision", "main");
            assertThat(with.exitCode()).as(with.output()).isZero();

            secret("wrong", "other");
            credentials("wrong=" + closed.url());
            var wrong = StepRun.of(folder, Map.of(), "git", "-url", url, "-revision", "dev");
            assertThat(wrong.message().path("reason").asText()).isEqualTo("GitAuthInvalidUserOrPass");
            assertThat(wrong.output()).doesNotContain("other");
        }
    }

    private void secret(String name, String password) throws IOException {
        var secret = Files.createDirectories(folder.resolve("secrets").resolve(name));
        Files.writeString(secret.resolve("username"), "me");
        Files.writeString(secret.resolve("password"), password);
    }

    private void credentials(String entry) throws IOException {
        var run = StepRun.of(
                folder,
                Map.of("SLUICE_SECRETS", folder.resolve("secrets").toString()),
                "credentials",
                "-basic-git=" + entry);
        assertThat(run.exitCode()).as(run.output()).isZero();
    }

    /** A commit in the repository of that name, with other repositories at the paths given. */
    private void repository(String name, String content, Map<String, String> submodules)
            throws IOException, GitAPIException {
        try (var git = Git.init()
                .setDirectory(folder.resolve("repositories").resolve(name).toFile())
                .setInitialBranch("main")
                .call()) {
            for (var submodule : submodules.entrySet()) {
                git.submoduleAdd()
                        .setPath(submodule.getKey())
                        .setURI(server.url() + "/" + submodule.getValue() + "/.git")
                        .call()
                        .close();
            }
            commit(git, content);
        }
    }

    /** A commit of exactly these files. */
    private void files(String name, String... paths) throws IOException, GitAPIException {
        try (var git = Git.init()
                .setDirectory(folder.resolve("repositories").resolve(name).toFile())
                .setInitialBranch("main")
                .call()) {
            var index = git.getRepository().readDirCache();
            for (int i = 0; i < index.getEntryCount(); i++) {
                git.rm().addFilepattern(index.getEntry(i).getPathString()).call();
            }
            for (var path : paths) {
                var file = git.getRepository().getWorkTree().toPath().resolve(path);
                Files.createDirectories(file.resolveSibling(""));
                Files.writeString(file, path);
                git.add().addFilepattern(path).call();
            }
            commit(git, paths[0]);
        }
    }

    /** One more commit. */
    private void withAFileThatNoDiskTakes(String name) throws IOException, GitAPIException {
        try (var git = Git.open(folder.resolve("repositories").resolve(name).toFile())) {
            var content = git.getRepository().readDirCache().getEntry(0).getObjectId();
            var editor = git.getRepository().lockDirCache().editor();
            editor.add(new DirCacheEditor.PathEdit("b".repeat(300)) {
                @Override
                public void apply(DirCacheEntry entry) {
                    entry.setFileMode(FileMode.REGULAR_FILE);
                    entry.setObjectId(content);
                }
            });
            editor.commit();
            commit(git, "long");
        }
    }

    /** Commits of which each but the first has the one before as its submodule {@code self}. */
    private void containingItself(String name, int commits) throws IOException, GitAPIException {
        try (var git = Git.init()
                .setDirectory(folder.resolve("repositories").resolve(name).toFile())
                .setInitialBranch("main")
                .call()) {
            var before = commit(git, "1");
            Files.writeString(
                    git.getRepository().getWorkTree().toPath().resolve(".gitmodules"),
                    "[submodule \"self\"]\n\tpath = self\n\turl = " + server.url() + "/" + name + "/.git\n");
            git.add().addFilepattern(".gitmodules").call();
            for (int i = 2; i <= commits; i++) {
                var pinned = ObjectId.fromString(before);
                var index = git.getRepository().lockDirCache();
                var editor = index.editor();
                editor.add(new DirCacheEditor.PathEdit("self") {
                    @Override
                    public void apply(DirCacheEntry entry) {
                        entry.setFileMode(FileMode.GITLINK);
                        entry.setObjectId(pinned);
                    }
                });
                editor.commit();
                before = commit(git, String.valueOf(i));
            }
        }
    }

    private static String commit(Git git, String content) throws IOException, GitAPIException {
        Files.writeString(git.getRepository().getWorkTree().toPath().resolve("file"), content);
        git.add().addFilepattern("file").call();
        return git.commit()
                .setMessage(content)
                .setAuthor("a", "a@example.test")
                .setCommitter("a", "a@example.test")
                .setSign(false)
                .call()
                .name();
    }
}
