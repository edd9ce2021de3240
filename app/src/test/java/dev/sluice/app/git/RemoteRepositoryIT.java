package dev.sluice.app.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.SimpleFileServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemoteRepositoryIT {
    @TempDir
    private Path folder = Path.of("");

    private Path source = folder;
    private String first = "";
    private String second = "";

    @BeforeEach
    void twoCommitsTheFirstTagged() throws Exception {
        source = folder.resolve("source");
        try (var git = Git.init()
                .setDirectory(source.toFile())
                .setInitialBranch("trunk")
                .call()) {
            first = commit(git, "one");
            git.tag().setName("v1").setSigned(false).call();
            git.branchCreate().setName("feature/x").call();
            second = commit(git, "two");
        }
    }

    @Test
    void copiesTheRevisionThatIsAskedFor() throws Exception {
        try (var server = GitServer.start(folder.resolve("served"), InetAddress.getLoopbackAddress(), 0);
                var copy = server.repository("default", "hello")) {
            var url = source.toUri().toString();
            RemoteRepository.check(url, "trunk");
            assertThat(RemoteRepository.fetch(url, "HEAD", copy, GitServer.BRANCH))
                    .isEqualTo(second);
            assertThat(RemoteRepository.fetch(url, "trunk", copy, GitServer.BRANCH))
                    .isEqualTo(second);
            assertThat(RemoteRepository.fetch(url, "v1", copy, GitServer.BRANCH))
                    .isEqualTo(first);
            assertThat(RemoteRepository.fetch(url, "feature/x", copy, GitServer.BRANCH))
                    .isEqualTo(first);
            assertThat(RemoteRepository.fetch(url, second.substring(0, 8), copy, GitServer.BRANCH))
                    .isEqualTo(second);
            assertThat(RemoteRepository.fetch(url, first, copy, GitServer.BRANCH))
                    .isEqualTo(first);
            assertThat(copy.resolve("refs/heads/main")).isEqualTo(ObjectId.fromString(first));
            assertThatThrownBy(() -> RemoteRepository.fetch(url, "nowhere", copy, GitServer.BRANCH))
                    .isInstanceOf(SourceException.class)
                    .hasMessageContaining("nowhere");
            assertThatThrownBy(() -> RemoteRepository.fetch(url, "0".repeat(39) + "1", copy, GitServer.BRANCH))
                    .isInstanceOf(SourceException.class)
                    .hasMessage("there is no commit " + "0".repeat(39) + "1");
        }
    }

    /** A fetch may be for a deploy that fails: what a service runs is known later. */
    @Test
    void remembersWhatItIsToldAndNotWhatItFetches() throws Exception {
        try (var server = GitServer.start(folder.resolve("served"), InetAddress.getLoopbackAddress(), 0);
                var copy = server.repository("default", "hello")) {
            var url = source.toUri().toString();

            RemoteRepository.fetch(url, "v1", copy, GitServer.BRANCH);
            assertThat(RemoteRepository.origin(copy)).isEmpty();

            assertThat(RemoteRepository.remember(copy, Optional.of(url))).isTrue();
            assertThat(RemoteRepository.remember(copy, Optional.of(url))).isFalse();
            try (var again = server.repository("default", "hello")) {
                assertThat(RemoteRepository.origin(again)).hasValue(url);
                RemoteRepository.remember(again, Optional.empty());
            }
            try (var again = server.repository("default", "hello")) {
                assertThat(RemoteRepository.origin(again)).isEmpty();
            }
        }
    }

    /** Of pushes that came at once, some found the settings locked and were refused. */
    @Test
    void takesManyPushesAtOnce() throws Exception {
        var url = source.toUri().toString();
        try (var server = GitServer.start(folder.resolve("served"), InetAddress.getLoopbackAddress(), 0);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var pushes = IntStream.range(0, 20)
                    .mapToObj(i -> i % 2 == 0 ? first : second)
                    .<Callable<String>>map(commit -> () -> server.change(
                            "default", "hello", copy -> RemoteRepository.fetch(url, commit, copy, GitServer.BRANCH)))
                    .toList();

            var fetched = new ArrayList<String>();
            for (var push : threads.invokeAll(pushes)) {
                fetched.add(push.get());
            }

            assertThat(fetched).containsOnly(first, second).hasSize(20);
        }
    }

    @Test
    void readsARepositoryThatIsServedAsPlainFiles() throws Exception {
        var plain = Files.createDirectory(folder.toRealPath().resolve("plain"));
        var bare = plain.resolve("hello.git").toFile();
        Git.cloneRepository()
                .setBare(true)
                .setURI(source.toUri().toString())
                .setDirectory(bare)
                .call()
                .close();
        new ProcessBuilder("git", "update-server-info")
                .directory(bare)
                .inheritIO()
                .start()
                .waitFor();
        var files = SimpleFileServer.createFileServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), plain, SimpleFileServer.OutputLevel.NONE);
        files.start();
        try (var server = GitServer.start(folder.resolve("served"), InetAddress.getLoopbackAddress(), 0);
                var copy = server.repository("default", "hello")) {
            var url = "http://127.0.0.1:" + files.getAddress().getPort() + "/hello.git";
            RemoteRepository.check(url, "trunk");
            assertThat(RemoteRepository.fetch(url, "trunk", copy, GitServer.BRANCH))
                    .isEqualTo(second);
        } finally {
            files.stop(0);
        }
    }

    @Test
    void saysThatThereIsNoSuchHost() {
        assertThatThrownBy(() -> RemoteRepository.check("https://nobody.invalid/x.git", "HEAD"))
                .isInstanceOf(SourceException.class)
                .hasMessage("cannot read the Git repository https://nobody.invalid/x.git: no such host nobody.invalid");
    }

    @Test
    void tellsABareRepositoryFromAFolder() throws Exception {
        var bare = folder.resolve("bare.git");
        Git.init().setBare(true).setDirectory(bare.toFile()).call().close();
        assertThat(RemoteRepository.isBare(bare)).isTrue();
        assertThat(RemoteRepository.isBare(source)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "file:///tmp/x.git, true",
        "http://localhost:3000/x.git, true",
        "http://127.0.0.1:3000/x.git, true",
        "http://[::1]:3000/x.git, true",
        "https://git.example.com/x.git, false",
        "git@git.example.com:x.git, false"
    })
    void knowsWhatOnlyThisMachineReaches(String url, boolean here) {
        assertThat(RemoteRepository.isOfThisMachine(url)).isEqualTo(here);
    }

    private String commit(Git git, String text) throws Exception {
        Files.writeString(source.resolve("file"), text);
        git.add().addFilepattern(".").call();
        return git.commit().setMessage(text).setSign(false).call().getName();
    }
}
