package dev.sluice.serving.digest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.api.serving.config.DeploymentConfig;
import dev.sluice.serving.ServingConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryIT {
    private static final String DIGEST = "sha256:" + "a".repeat(64);
    private static final Keyring NOBODY = Keyring.empty();

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

    private RegistryAnswer resolve(String image, Keyring credentials) throws Exception {
        return resolve(image, credentials, "dev.local");
    }

    private RegistryAnswer resolve(String image, Keyring credentials, String skipped) throws Exception {
        var config = new ServingConfig.Registries(Set.of(), Map.of("docker.io", host));
        var settings = DeploymentConfig.parse(Map.of("registries-skipping-tag-resolving", skipped));
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
        var keys = List.of(
                Keyring.Key.of("http://" + host + "/v2/", new Credential("ann", "secret")),
                Keyring.Key.of(host + "/private", new Credential("ann", "of yesterday")));
        assertThat(resolve(host + "/private/app:v1", new Keyring(keys)))
                .as("all that fit are tried")
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

    @ParameterizedTest
    @CsvSource({"index.docker.io, ann/app:v1", "docker.io, ann/app:v1", "docker.io, index.docker.io/ann/app:v1"})
    void dockerHubMayBeLeftOutByEitherName(String skipped, String image) throws Exception {
        assertThat(resolve(image, NOBODY, skipped)).isEqualTo(new RegistryAnswer.Resolved(image));
    }

    @Test
    void saysThatThereIsNoSuchHost() throws Exception {
        assertThat(resolve("nobody.invalid/x:1", NOBODY).toString()).contains("nobody.invalid: no such host");
    }

    @Test
    void aRegistryIsNotAskedEverythingAtOnce() throws Exception {
        var now = new AtomicInteger();
        var most = new AtomicInteger();
        var full = new CountDownLatch(16);
        var config = new ServingConfig.Registries(Set.of(), Map.of());
        var settings = DeploymentConfig.parse(Map.of());
        var busy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        busy.createContext("/", exchange -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            full.countDown();
            try {
                full.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            now.decrementAndGet();
            exchange.getResponseHeaders().set("Docker-Content-Digest", DIGEST);
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var registry = new Registry(config, () -> settings)) {
            busy.setExecutor(threads);
            busy.start();
            var image = "127.0.0.1:" + busy.getAddress().getPort() + "/team/app:v1";
            var answers = IntStream.range(0, 50)
                    .mapToObj(_ -> threads.submit(() -> registry.resolve(image, NOBODY)))
                    .toList();
            for (var answer : answers) {
                assertThat(answer.get()).isInstanceOf(RegistryAnswer.Resolved.class);
            }
            busy.stop(0);
        }
        assertThat(most).hasValue(16);
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
