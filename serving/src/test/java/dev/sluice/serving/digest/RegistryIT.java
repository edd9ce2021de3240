package dev.sluice.serving.digest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.api.serving.config.DeploymentConfig;
import dev.sluice.serving.ServingConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryIT {
    private static final String DIGEST = "sha256:" + "a".repeat(64);
    private static final Map<String, Credential> NOBODY = Map.of();

    private HttpServer server;
    private String host;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        host = "127.0.0.1:" + server.getAddress().getPort();
        server.createContext("/token", exchange -> {
            boolean known =
                    "Basic YW5uOnNlY3JldA==".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            var body = "{\"token\":\"t1\"}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(known ? 200 : 401, known ? body.length : -1);
            if (known) {
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        server.createContext("/v2/", exchange -> {
            var path = exchange.getRequestURI().getPath();
            boolean guarded = path.contains("/private/");
            boolean allowed = "Bearer t1".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            if (guarded && !allowed) {
                exchange.getResponseHeaders()
                        .set(
                                "WWW-Authenticate",
                                "Bearer realm=\"http://" + host + "/token\",service=\"s\",scope=\"x\"");
                exchange.sendResponseHeaders(401, -1);
            } else if (path.endsWith("/manifests/v1")) {
                exchange.getResponseHeaders().set("Docker-Content-Digest", DIGEST);
                exchange.sendResponseHeaders(200, -1);
            } else {
                var body = "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"not here\"}]}"
                        .getBytes(StandardCharsets.UTF_8);
                boolean head = exchange.getRequestMethod().equals("HEAD");
                exchange.sendResponseHeaders(404, head ? -1 : body.length);
                if (!head) {
                    exchange.getResponseBody().write(body);
                }
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private RegistryAnswer resolve(String image, Map<String, Credential> credentials) throws Exception {
        var config = new ServingConfig.Registries(Set.of(), Map.of("docker.io", host));
        var settings = DeploymentConfig.parse(Map.of("registries-skipping-tag-resolving", "dev.local"));
        try (var registry = new Registry(config, () -> settings)) {
            return registry.resolve(image, credentials);
        }
    }

    @Test
    void aTagBecomesADigest() throws Exception {
        assertThat(resolve(host + "/team/app:v1", NOBODY))
                .isEqualTo(new RegistryAnswer.Resolved(host + "/team/app@" + DIGEST));
    }

    @Test
    void aMirrorAnswersForItsRegistryAndTheNameStays() throws Exception {
        assertThat(resolve("docker.io/ann/app:v1", NOBODY))
                .isEqualTo(new RegistryAnswer.Resolved("docker.io/ann/app@" + DIGEST));
    }

    @Test
    void aPrivateImageNeedsItsPullSecret() throws Exception {
        assertThat(resolve(host + "/private/app:v1", NOBODY)).isInstanceOf(RegistryAnswer.Failed.class);
        assertThat(resolve(host + "/private/app:v1", Map.of(host, new Credential("ann", "secret"))))
                .isEqualTo(new RegistryAnswer.Resolved(host + "/private/app@" + DIGEST));
    }

    @Test
    void aMissingTagIsSaidInTheRegistrysWords() throws Exception {
        assertThat(resolve(host + "/team/app:v9", NOBODY))
                .isInstanceOfSatisfying(
                        RegistryAnswer.Failed.class,
                        failed -> assertThat(failed.message())
                                .startsWith("Unable to fetch image \"" + host
                                        + "/team/app:v9\": failed to resolve image to digest")
                                .endsWith("MANIFEST_UNKNOWN: not here"));
    }

    @Test
    void whatHasADigestOrMayNotBeResolvedStaysAsItIs() throws Exception {
        for (var image : new String[] {"nowhere.test/app@" + DIGEST, "dev.local/app:v1"}) {
            assertThat(resolve(image, NOBODY)).isEqualTo(new RegistryAnswer.Resolved(image));
        }
    }

    @Test
    void saysThatThereIsNoSuchHost() throws Exception {
        assertThat(resolve("nobody.invalid/x:1", NOBODY).toString()).contains("nobody.invalid: no such host");
    }

    @ParameterizedTest
    @CsvSource({
        "ubuntu, docker.io, library/ubuntu, latest",
        "ann/app:1, docker.io, ann/app, 1",
        "localhost/app, localhost, app, latest",
        "host:5000/a/b:c, host:5000, a/b, c"
    })
    void namesAreTakenApartAsDockerDoes(String image, String registry, String repository, String tag) {
        var name = ImageName.parse(image);
        assertThat(name.registry()).isEqualTo(registry);
        assertThat(name.repository()).isEqualTo(repository);
        assertThat(name.tag()).isEqualTo(tag);
    }
}
