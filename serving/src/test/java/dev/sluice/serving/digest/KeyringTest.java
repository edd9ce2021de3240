package dev.sluice.serving.digest;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyringTest {
    private static Keyring of(String config) {
        var data = Base64.getEncoder().encodeToString(config.getBytes(StandardCharsets.UTF_8));
        return PullSecrets.read(
                new SecretBuilder().withData(Map.of(".dockerconfigjson", data)).build());
    }

    @ParameterizedTest(name = "{0} for {1}: {2}")
    @CsvSource({
        "registry.test, registry.test/a/b, true",
        "https://registry.test/v2/, registry.test/a/b, true",
        "http://registry.test/, registry.test/a/b, true",
        "registry.test/a, registry.test/a/b, true",
        "registry.test/c, registry.test/a/b, false",
        "registry.test/v1/a, registry.test/a/b, true",
        "*.registry.test, eu.registry.test/a/b, true",
        "*.registry.test, registry.test/a/b, false",
        "*.registry.test, a.eu.registry.test/a/b, false",
        "eu?.registry.test, eu1.registry.test/a/b, true",
        "*.registry.test:5000, eu.registry.test:5000/a/b, true",
        "*.registry.test, eu.registry.test:5000/a/b, false",
        "*.registry.*, eu.registry.test:5000/a/b, false",
        "https://index.docker.io/v1/, ann/app, true",
        "docker.io, index.docker.io/ann/app, true",
        "docker.io/ann, ann/app, true",
        "docker.io/bob, ann/app, false"
    })
    void aSecretIsForTheImagesThatItNames(String key, String image, boolean fits) {
        var keyring = of("{\"auths\": {\"" + key + "\": {\"username\": \"u\", \"password\": \"p\"}}}");
        assertThat(keyring.of(ImageName.parse(image)).isEmpty()).isEqualTo(!fits);
    }

    @Test
    void theLongerPathIsTriedFirst() {
        var keyring = of("""
                {"auths": {
                  "r.test": {"username": "all", "password": "p"},
                  "r.test/team": {"username": "team", "password": "p"},
                  "r.test/team/app": {"username": "app", "password": "p"}
                }}""");
        assertThat(keyring.of(ImageName.parse("r.test/team/app:v1")))
                .extracting(Credential::user)
                .containsExactly("app", "team", "all");
        assertThat(keyring.with(of("{\"auths\": {\"r.test\": {\"username\": \"later\", \"password\": \"p\"}}}"))
                        .of(ImageName.parse("r.test/other")))
                .extracting(Credential::user)
                .containsExactly("all", "later");
    }
}
