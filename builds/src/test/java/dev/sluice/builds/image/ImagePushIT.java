package dev.sluice.builds.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import dev.sluice.kubedev.registry.Registry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images to and from registries that want a name, are busy, or stand for others. */
class ImagePushIT {
    private static final String NAME = "ann";
    private static final String PASSWORD = "se:cret";

    @TempDir
    Path folder;

    private Registry registry;

    @BeforeEach
    void start() {
        registry =
                Registry.start(Registry.Options.in(folder.resolve("registry")).withUser(NAME, PASSWORD));
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void pushesInTheNameOfTheSecret() throws Exception {
        var counted = new AtomicInteger();
        registry.failing((_, _) -> {
            counted.incrementAndGet();
            return OptionalInt.empty();
        });

        var nobody = refusal(push(List.of()), registry.address() + "/me/app:1");
        int asked = counted.get();
        var stranger = refusal(push(List.of(config(registry.address(), "other"))), registry.address() + "/me/app:1");

        assertThat(List.of(nobody, stranger))
                .containsOnly("RegistryUnauthorized: the registry " + registry.address()
                        + " does not let the build's service account push " + registry.address() + "/me/app:1");
        assertThat(asked).isLessThan(10); // it is not asked again
        assertThat(push(List.of(config(registry.address(), PASSWORD))).push(image(), named("/me/app:1")))
                .startsWith("sha256:");
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503})
    void asksARegistryThatIsNotWellAgain(int status) throws Exception {
        var left = new AtomicInteger(2);
        registry.failing(
                (method, path) -> path.contains("/manifests/") && method.equals("PUT") && left.getAndDecrement() > 0
                        ? OptionalInt.of(status)
                        : OptionalInt.empty());

        assertThat(push(List.of(config(registry.address(), PASSWORD))).push(image(), named("/me/app:1")))
                .startsWith("sha256:");
        assertThat(left.get()).isNegative();
    }

    @Test
    void doesNotAskForEver() throws Exception {
        var puts = new AtomicInteger();
        registry.failing((method, path) -> {
            boolean manifest = path.contains("/manifests/") && method.equals("PUT");
            if (manifest) {
                puts.incrementAndGet();
            }
            return manifest ? OptionalInt.of(503) : OptionalInt.empty();
        });

        assertThat(refusal(push(List.of(config(registry.address(), PASSWORD))), registry.address() + "/me/app:1"))
                .isEqualTo("RegistryError: the registry " + registry.address() + " did not take " + registry.address()
                        + "/me/app:1: it answers 503");
        assertThat(puts.get()).isBetween(2, 10);
    }

    @Test
    void takesBasesFromAMirror() throws Exception {
        try (var mirror = Registry.start(Registry.Options.in(folder.resolve("mirror")))) {
            var plain = push(List.of());
            plain.push(image(), ImageReference.parse(mirror.address() + "/library/base:1"));
            var mirrored = new ImagePush(
                    List.of(),
                    Map.of("registry-1.docker.io", mirror.address()),
                    List.of(config(registry.address(), PASSWORD)),
                    folder.resolve("cache"),
                    System.out::println);

            var base = mirrored.base(ImageReference.parse("library/base:1"), named("/me/app:1"), folder);
            var digest = mirrored.push(base.setEntrypoint(List.of("/hello")), named("/me/app:1"));

            assertThat(digest).startsWith("sha256:");
        }
    }

    @Test
    void fetchesABaseByItselfWhereOnlyOneOfTwoRegistriesSpeaksTls() throws Exception {
        var push = push(List.of(config(registry.address(), PASSWORD)));
        JibContainerBuilder base;
        try (var open = Registry.start(Registry.Options.in(folder.resolve("open")))) {
            push.push(image(), ImageReference.parse(open.address() + "/me/base:1"));
            base = push.base(
                    ImageReference.parse(open.address() + "/me/base:1"),
                    ImageReference.parse("registry.test/me/app:1"),
                    folder);
        }

        assertThat(push.push(base.setEntrypoint(List.of("/hello")), named("/me/app:1")))
                .startsWith("sha256:");
    }

    @Test
    void fetchesABaseByItselfInTheNameOfTheSecret() throws Exception {
        var push = push(List.of(config(registry.address(), PASSWORD)));
        push.push(image(), named("/me/base:1"));
        System.clearProperty("sendCredentialsOverHttp"); // what a push leaves, and a build that only pulls has not

        var base = push.base(named("/me/base:1"), ImageReference.parse("registry.test/me/app:1"), folder);

        try (var open = Registry.start(Registry.Options.in(folder.resolve("open")))) {
            assertThat(push.push(
                            base.setEntrypoint(List.of("/hello")), ImageReference.parse(open.address() + "/me/app:1")))
                    .startsWith("sha256:");
        }
    }

    @Test
    void saysWhichImageItMayNotPull() throws Exception {
        try (var other = Registry.start(Registry.Options.in(folder.resolve("other")))) {
            var push = push(List.of());
            var failure = catchThrowableOfType(
                    ImagePush.Refused.class,
                    () -> push.push(
                            push.base(named("/me/base:1"), named("/me/app:1"), folder),
                            ImageReference.parse(other.address() + "/me/app:1")));

            assertThat(failure)
                    .hasMessage("the registry " + registry.address() + " does not let the build's service account pull "
                            + registry.address() + "/me/base");
        }
    }

    @Test
    void saysThatThereIsNoSuchBase() throws Exception {
        var push = push(List.of(config(registry.address(), PASSWORD)));
        push.push(image(), named("/me/base:1"));

        assertThat(refusedBase(push, registry.address() + "/me/base:2"))
                .isEqualTo("BaseImageNotFound: the registry " + registry.address() + " has no image "
                        + registry.address() + "/me/base:2");
        assertThat(refusedBase(push, "127.0.0.1:1/me/base:1"))
                .isEqualTo("RegistryUnreachable: the registry 127.0.0.1:1 cannot be reached");
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void asksTheRegistryOfTheBaseAgain(int status) throws Exception {
        try (var other = Registry.start(Registry.Options.in(folder.resolve("other")))) {
            var said = new ArrayList<String>();
            var push = new ImagePush(
                    List.of(), List.of(config(registry.address(), PASSWORD)), folder.resolve("cache"), said::add);
            push.push(image(), ImageReference.parse(other.address() + "/me/base:1"));
            var left = new AtomicInteger(2);
            other.failing((_, path) -> path.contains("/manifests/") && left.getAndDecrement() > 0
                    ? OptionalInt.of(status)
                    : OptionalInt.empty());

            var base = push.base(ImageReference.parse(other.address() + "/me/base:1"), named("/me/app:1"), folder);

            assertThat(push.push(base.setEntrypoint(List.of("/hello")), named("/me/app:1")))
                    .startsWith("sha256:");
            assertThat(said)
                    .contains("The registry " + other.address() + " is not well (it answers " + status
                            + "): asking it again.");
        }
    }

    private String refusedBase(ImagePush push, String base) throws Exception {
        var target = named("/me/app:1");
        var refused = catchThrowableOfType(
                ImagePush.Refused.class,
                () -> push.push(push.base(ImageReference.parse(base), target, folder), target));
        return refused.reason() + ": " + refused.getMessage();
    }

    /** The registry that most people run. */
    @Test
    void getsAlongWithDockersRegistry() throws Exception {
        assumeTrue(onPath("docker-registry") && onPath("htpasswd"), "docker-registry and htpasswd are installed");
        int port;
        try (var socket = new java.net.ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        var htpasswd = folder.resolve("htpasswd");
        start(htpasswd, "htpasswd", "-Bbn", NAME, PASSWORD).waitFor();
        var config = folder.resolve("config.yml");
        Files.writeString(config, """
                version: 0.1
                storage: {filesystem: {rootdirectory: %s}}
                http: {addr: "127.0.0.1:%d"}
                auth: {htpasswd: {realm: test, path: %s}}
                """.formatted(folder.resolve("data"), port, htpasswd));
        var process = start(folder.resolve("registry.log"), "docker-registry", "serve", config.toString());
        try (var client = HttpClient.newHttpClient()) {
            var address = "127.0.0.1:" + port;
            var ping = HttpRequest.newBuilder(URI.create("http://" + address + "/v2/"))
                    .build();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> client.send(ping, BodyHandlers.discarding()).statusCode() == 401);

            assertThat(refusal(push(List.of()), address + "/me/app:1")).startsWith("RegistryUnauthorized: ");
            assertThat(push(List.of(config(address, PASSWORD)))
                            .push(image(), ImageReference.parse(address + "/me/app:1")))
                    .startsWith("sha256:");
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private static Process start(Path output, String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static boolean onPath(String program) {
        return List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
    }

    private ImageReference named(String name) throws Exception {
        return ImageReference.parse(registry.address() + name);
    }

    private ImagePush push(List<Path> configs) {
        return new ImagePush(List.of(), configs, folder.resolve("cache"), System.out::println);
    }

    private JibContainerBuilder image() throws IOException {
        var file = Files.writeString(folder.resolve("hello"), "hello");
        return Jib.fromScratch().addLayer(List.of(file), AbsoluteUnixPath.get("/"));
    }

    private Path config(String host, String password) throws IOException {
        var auth = Base64.getEncoder().encodeToString((NAME + ":" + password).getBytes(StandardCharsets.UTF_8));
        var file = folder.resolve("config-" + password.hashCode() + ".json");
        return Files.writeString(file, "{\"auths\":{\"" + host + "\":{\"auth\":\"" + auth + "\"}}}");
    }

    private String refusal(ImagePush push, String name) throws Exception {
        var image = image();
        var target = ImageReference.parse(name);
        var refused = catchThrowableOfType(ImagePush.Refused.class, () -> push.push(image, target));
        return refused.reason() + ": " + refused.getMessage();
    }
}
