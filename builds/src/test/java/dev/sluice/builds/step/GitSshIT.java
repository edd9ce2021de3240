package dev.sluice.builds.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Map;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A private repository over SSH, with the key of the build's service account. */
class GitSshIT {
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static final KeyPair KEY = GitSshServer.newKey();
    private static GitSshServer server;

    @BeforeAll
    static void repository() throws Exception {
        try (var git = Git.init()
                .setDirectory(shared.resolve("app").toFile())
                .setInitialBranch("main")
                .call()) {
            Files.writeString(shared.resolve("app/file"), "private");
            git.add().addFilepattern("file").call();
            git.commit()
                    .setMessage("one")
                    .setAuthor("a", "a@example.test")
                    .setCommitter("a", "a@example.test")
                    .setSign(false)
                    .call();
        }
        server = GitSshServer.start(KEY.getPublic());
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Test
    void usesTheKeyAndTheKnownHostOfTheSecret() throws IOException {
        credentials(KEY, server.knownHost());

        var run = fetch();

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(folder.resolve("workspace/file")).hasContent("private");
    }

    @Test
    void takesTheFirstHostKeyWhenTheSecretNamesNone() throws IOException {
        credentials(KEY, "");

        assertThat(fetch().exitCode()).isZero();
        assertThat(folder.resolve("home/.ssh/known_hosts")).content().contains("ecdsa-sha2-nistp256");
    }

    @Test
    void refusesAHostThatIsNotTheKnownOne() throws IOException {
        credentials(KEY, server.knownHost(GitSshServer.newKey().getPublic()));

        assertThat(failure(fetch()))
                .isEqualTo("GitHostKeyMismatch: the Git server of " + url()
                        + " has another host key than the known_hosts of the build's service account");
    }

    @Test
    void saysThatTheKeyIsNotAccepted() throws IOException {
        credentials(GitSshServer.newKey(), server.knownHost());

        assertThat(failure(fetch()))
                .isEqualTo("GitAuthInvalidKey: the Git repository " + url()
                        + " refuses the SSH key of the build's service account");
    }

    @Test
    void saysThatAKeyIsNeeded() throws IOException {
        assertThat(failure(fetch()))
                .isEqualTo("GitRemoteRepositoryPrivate: the Git repository " + url()
                        + " asks for an SSH key, and the build's service account has none for it");
    }

    private static String url() {
        return server.url().replace("git@", "") + shared.resolve("app/.git");
    }

    private StepRun fetch() throws IOException {
        return StepRun.of(
                folder, Map.of(), "git", "-url", server.url() + shared.resolve("app/.git"), "-revision", "main");
    }

    private static String failure(StepRun run) {
        assertThat(run.exitCode()).as(run.output()).isEqualTo(1);
        return run.message().path("reason").asText() + ": "
                + run.message().path("message").asText();
    }

    private void credentials(KeyPair key, String knownHosts) throws IOException {
        var secret = Files.createDirectories(folder.resolve("secrets/deploy"));
        GitSshServer.writePrivate(key, secret.resolve("ssh-privatekey"));
        if (!knownHosts.isEmpty()) {
            Files.writeString(secret.resolve("known_hosts"), knownHosts);
        }
        var run = StepRun.of(
                folder,
                Map.of("SLUICE_SECRETS", folder.resolve("secrets").toString()),
                "credentials",
                "-ssh-git=deploy=" + server.host());
        assertThat(run.exitCode()).as(run.output()).isZero();
    }
}
