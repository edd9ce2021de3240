package dev.sluice.e2e.conformance;

import dev.sluice.e2e.Platform;
import dev.sluice.testing.TestImage;
import dev.sluice.testing.gcs.Buckets;
import dev.sluice.testing.git.GitHttpServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.jspecify.annotations.Nullable;

/**
 * What builds are made of, made once per run: an image with a shell, and a Git repository at addresses of this machine that pods reach, for
 * everybody and for one user. The repository has a branch, a tag, a pull request and a folder; the file says which of them it is of.
 */
final class BuildSources implements AutoCloseable {
    static final String USER = "ann";
    static final String PASSWORD = "p@ss word/1";

    final String shell;
    final String commit;
    private final GitHttpServer open;
    private final GitHttpServer closed;
    private final @Nullable Buckets buckets;

    private BuildSources(
            String shell, String commit, GitHttpServer open, GitHttpServer closed, @Nullable Buckets buckets) {
        this.shell = shell;
        this.commit = commit;
        this.open = open;
        this.closed = closed;
        this.buckets = buckets;
    }

    static BuildSources make(Platform platform) {
        try {
            var folder = Files.createDirectories(platform.home.resolve("test-repositories"));
            var commit = repository(folder.resolve("app"));
            var shell = platform.registry() + "/conformance/shell:1";
            TestImage.pushShell(shell, Files.createDirectories(platform.home.resolve("test-images")));
            var address = platform.nodeAddress();
            return new BuildSources(
                    shell,
                    commit,
                    GitHttpServer.at(address, folder),
                    GitHttpServer.at(address, folder, USER, PASSWORD),
                    buckets(platform, address));
        } catch (IOException | GitAPIException e) {
            throw new IllegalStateException("making what builds are made of", e);
        }
    }

    /** Behind the name that the platform was told; none where it was not started by this run. */
    private static @Nullable Buckets buckets(Platform platform, String address) throws IOException {
        var endpoint = platform.variable("SLUICE_GCS_ENDPOINT");
        if (endpoint.isEmpty()) {
            return null;
        }
        int port = URI.create(endpoint).getPort();
        platform.kubectlWith("""
                        apiVersion: v1
                        kind: Namespace
                        metadata: {name: sluice-e2e, labels: {sluice.dev/e2e: "true"}}
                        ---
                        apiVersion: v1
                        kind: Service
                        metadata: {name: buckets, namespace: sluice-e2e}
                        spec: {ports: [{port: PORT}]}
                        ---
                        apiVersion: discovery.k8s.io/v1
                        kind: EndpointSlice
                        metadata: {name: buckets, namespace: sluice-e2e, labels: {kubernetes.io/service-name: buckets}}
                        addressType: IPv4
                        endpoints: [{addresses: [ADDRESS], conditions: {ready: true}}]
                        ports: [{port: PORT}]
                        """.replace("PORT", String.valueOf(port)).replace("ADDRESS", address), "apply", "-f", "-")
                .succeeded();
        return Buckets.at(address, port);
    }

    /** What builds take for Google Cloud Storage. */
    Optional<Buckets> buckets() {
        return Optional.ofNullable(buckets);
    }

    String url() {
        return open.url() + "/app/.git";
    }

    /** Where the one user's repositories are. */
    String closedServer() {
        return closed.url();
    }

    /** @return the first commit, which only the tag leads to */
    private static String repository(Path folder) throws IOException, GitAPIException {
        try (var git = Git.init()
                .setDirectory(folder.toFile())
                .setInitialBranch("main")
                .call()) {
            var first = commit(git, "tagged");
            git.tag().setName("v1").setMessage("annotated").call();
            git.branchCreate().setName("dev").call();
            commit(git, "main");
            git.checkout().setName("dev").call();
            commit(git, "dev");
            var asked = commit(git, "pull request");
            var pull = git.getRepository().updateRef("refs/pull/100/head");
            pull.setNewObjectId(git.getRepository().resolve(asked));
            pull.update();
            git.reset()
                    .setMode(org.eclipse.jgit.api.ResetCommand.ResetType.HARD)
                    .setRef("HEAD~1")
                    .call();
            git.checkout().setName("main").call();
            return first;
        }
    }

    private static String commit(Git git, String word) throws IOException, GitAPIException {
        var folder = git.getRepository().getWorkTree().toPath();
        Files.createDirectories(folder.resolve("web"));
        Files.writeString(folder.resolve("file"), word);
        Files.writeString(folder.resolve("web/page"), "page of " + word);
        git.add().addFilepattern(".").call();
        return git.commit()
                .setMessage(word)
                .setAuthor("a", "a@example.test")
                .setCommitter("a", "a@example.test")
                .setSign(false)
                .call()
                .name();
    }

    @Override
    public void close() {
        open.close();
        closed.close();
        if (buckets != null) {
            buckets.close();
        }
    }
}
