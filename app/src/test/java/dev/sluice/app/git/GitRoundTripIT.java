package dev.sluice.app.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitRoundTripIT {
    @TempDir
    Path folder;

    private GitServer server;

    @BeforeEach
    void start() {
        server = GitServer.start(folder.resolve("repositories"), InetAddress.getLoopbackAddress(), 0);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void commitOfAWorkingTreeCanBeCloned() throws Exception {
        var project = Files.createDirectories(folder.resolve("project"));
        for (int i = 0; i < 50; i++) { // enough for a request that the client compresses
            Files.writeString(project.resolve("file" + i), "content " + i);
        }
        String commit;
        try (var repository = server.repository("default", "hello")) {
            commit = new WorkingTree(project)
                    .commitTo(repository, GitServer.BRANCH, "test", Instant.EPOCH)
                    .getName();
        }

        try (var clone = Git.cloneRepository()
                .setURI(url("default", "hello"))
                .setDirectory(folder.resolve("clone").toFile())
                .call()) {
            assertThat(java.util.Objects.requireNonNull(clone.getRepository().resolve("HEAD"))
                            .getName())
                    .isEqualTo(commit);
            assertThat(folder.resolve("clone/file49")).hasContent("content 49");
        }
    }

    @Test
    void repositoryThatIsNotThereCannotBeRead() {
        assertThatThrownBy(() -> RemoteRepository.check(url("default", "nothing"), "HEAD"))
                .isInstanceOf(SourceException.class)
                .hasMessageStartingWith("cannot read the Git repository " + url("default", "nothing"));
    }

    @Test
    void revisionThatIsNotThereIsNamed() throws Exception {
        var project = Files.createDirectories(folder.resolve("project"));
        Files.writeString(project.resolve("file"), "content");
        try (var repository = server.repository("default", "hello")) {
            new WorkingTree(project).commitTo(repository, GitServer.BRANCH, "test", Instant.EPOCH);
        }

        assertThatCode(() -> RemoteRepository.check(url("default", "hello"), "main"))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> RemoteRepository.check(url("default", "hello"), "nowhere"))
                .hasMessage("the Git repository " + url("default", "hello") + " has no revision nowhere");
    }

    @Test
    void nobodyLeavesTheFolderOfRepositories() {
        assertThatThrownBy(() -> server.repository("..", "etc")).isInstanceOf(SourceException.class);
    }

    private String url(String namespace, String name) {
        return "http://127.0.0.1:" + server.port() + server.path(namespace, name);
    }
}
