package dev.sluice.builds.step;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsStepTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void writesADockerConfigurationOfNamesAndPasswords() throws IOException {
        secret("hub", Map.of("username", "me\n", "password", "p:w"));
        secret("gcr", Map.of("username", "_json_key", "password", "{}"));

        var run = run("-basic-docker=hub=https://index.docker.io/v1/", "-basic-docker=gcr=https://gcr.io");

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).isEqualTo("Credentials initialized.\n");
        assertThat(auths()).isEqualTo(JSON.readTree("""
                {"https://index.docker.io/v1/": {"username": "me", "password": "p:w", "auth": "bWU6cDp3", "email": "not@val.id"},
                 "https://gcr.io": {"username": "_json_key", "password": "{}", "auth": "X2pzb25fa2V5Ont9", "email": "not@val.id"}}
                """));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home(".docker/config.json"))))
                .isEqualTo("rw-------");
        assertThat(home(".gitconfig")).doesNotExist();
        assertThat(home(".ssh")).doesNotExist();
    }

    @Test
    void letsTheLaterKindOfADockerSecretWin() throws IOException {
        secret("old", Map.of(".dockercfg", """
                {"a.test": {"auth": "old"}, "b.test": {"auth": "old"}, "c.test": {"auth": "old"}}"""));
        secret("new", Map.of(".dockerconfigjson", """
                {"auths": {"b.test": {"auth": "new"}, "c.test": {"auth": "new"}}, "credHelpers": {"d.test": "x"}}"""));
        secret("basic", Map.of("username", "u", "password", "p"));

        run("-basic-docker=basic=c.test", "-docker-config=new", "-docker-cfg=old");

        assertThat(auths().path("a.test").path("auth").asText()).isEqualTo("old");
        assertThat(auths().path("b.test").path("auth").asText()).isEqualTo("new");
        assertThat(auths().path("c.test").path("auth").asText()).isEqualTo("dTpw");
        assertThat(auths().size()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"github.com", "https://", "https:///team", "git hub", "://x"})
    void refusesAnAddressThatGitWouldNotFindAgain(String address) throws IOException {
        secret("hub", Map.of("username", "me", "password", "p"));

        var run = run("-basic-git=hub=" + address);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.message().path("reason").asText()).isEqualTo("BadCredentials");
        assertThat(run.message().path("message").asText())
                .isEqualTo("secret \"hub\": \"" + address
                        + "\" in its annotation is no URL with scheme and host, as https://github.com is");
        assertThat(home(".git-credentials")).doesNotExist();
    }

    @Test
    void writesWhatGitAsksItsStoreFor() throws IOException {
        secret("hub", Map.of("username", "me@work", "password", "p@ss word/1"));
        secret("lab", Map.of("username", "you", "password", "q"));

        run("-basic-git=hub=https://github.com", "-basic-git=lab=https://git.test:8443/team");

        assertThat(home(".gitconfig")).hasContent("""
                [credential]
                	helper = store
                [credential "https://github.com"]
                	username = me@work
                [credential "https://git.test:8443/team"]
                	username = you
                """);
        assertThat(home(".git-credentials")).hasContent("""
                https://me%40work:p%40ss%20word%2F1@github.com
                https://you:q@git.test:8443/team
                """);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home(".git-credentials"))))
                .isEqualTo("rw-------");
    }

    @Test
    void writesAKeyAndAHostForSsh() throws IOException {
        secret("known", Map.of("ssh-privatekey", "KEY", "known_hosts", "github.com ssh-ed25519 AAAA\n"));
        secret("trusting", Map.of("ssh-privatekey", "OTHER"));

        run("-ssh-git=known=github.com", "-ssh-git=trusting=git.test:2222");

        assertThat(home(".ssh/config")).hasContent("""
                Host github.com
                    HostName github.com
                    IdentityFile %1$s/.ssh/id_known
                Host git.test
                    HostName git.test
                    IdentityFile %1$s/.ssh/id_trusting
                    Port 2222
                    StrictHostKeyChecking accept-new
                """.formatted(folder.resolve("home")));
        assertThat(home(".ssh/id_known")).hasContent("KEY\n");
        assertThat(home(".ssh/known_hosts")).hasContent("github.com ssh-ed25519 AAAA\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home(".ssh/id_known"))))
                .isEqualTo("rw-------");
    }

    @Test
    void refusesTwoSecretsForOnePlace() throws IOException {
        secret("one", Map.of("username", "a", "password", "b"));
        secret("two", Map.of("username", "c", "password", "d"));

        assertThat(failure("-basic-docker=one=https://gcr.io", "-basic-docker=two=https://gcr.io"))
                .isEqualTo("BadCredentials: Multiple entries for url: https://gcr.io");
        assertThat(failure("-basic-git=one=https://g.test", "-basic-git=two=https://g.test"))
                .isEqualTo("BadCredentials: Multiple entries for url: https://g.test");
        assertThat(run("-basic-git=one=https://g.test", "-basic-docker=two=https://g.test")
                        .exitCode())
                .isZero();
    }

    @Test
    void saysWhatASecretLacks() throws IOException {
        secret("half", Map.of("username", "a"));
        secret("empty", Map.of());

        assertThat(failure("-basic-docker=half=https://gcr.io"))
                .isEqualTo("BadCredentials: secret \"half\" has no key \"password\"");
        assertThat(failure("-docker-config=empty"))
                .isEqualTo("BadCredentials: secret \"empty\" has no key \".dockerconfigjson\"");
        assertThat(failure("-ssh-git=empty=g.test"))
                .isEqualTo("BadCredentials: secret \"empty\" has no key \"ssh-privatekey\"");
    }

    private void secret(String name, Map<String, String> data) throws IOException {
        var secret = Files.createDirectories(folder.resolve("secrets").resolve(name));
        for (var entry : data.entrySet()) {
            Files.writeString(secret.resolve(entry.getKey()), entry.getValue());
        }
    }

    private StepRun run(String... flags) throws IOException {
        var arguments = new String[flags.length + 1];
        arguments[0] = "credentials";
        System.arraycopy(flags, 0, arguments, 1, flags.length);
        return StepRun.of(
                folder, Map.of("SLUICE_SECRETS", folder.resolve("secrets").toString()), arguments);
    }

    private String failure(String... flags) throws IOException {
        var run = run(flags);
        assertThat(run.exitCode()).isEqualTo(1);
        return run.message().path("reason").asText() + ": "
                + run.message().path("message").asText();
    }

    private JsonNode auths() throws IOException {
        return JSON.readTree(Files.readString(home(".docker/config.json"))).path("auths");
    }

    private Path home(String name) {
        return folder.resolve("home").resolve(name);
    }
}
