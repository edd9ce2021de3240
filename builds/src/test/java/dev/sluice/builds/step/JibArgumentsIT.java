package dev.sluice.builds.step;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import dev.sluice.builds.image.ImagePush;
import dev.sluice.kubedev.registry.Registry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the arguments of the template {@code jib} do to projects that need no compiler. */
class JibArgumentsIT {
    @TempDir
    Path folder;

    private Registry registry;

    @BeforeEach
    void start() {
        registry = Registry.start(Registry.Options.in(folder.resolve("registry")));
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void startsTheMainClassOfAJarWithTheLibrariesThatItNames() throws IOException {
        jar(
                "app.jar",
                Map.of("Main-Class", "demo.Main", "Class-Path", "libs/a.jar libs/absent.jar"),
                "demo/Main.class");
        jar("libs/a.jar", Map.of(), "a/A.class");

        var run = jib("/jar", "--base=scratch");

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("Found a jar.");
        assertThat(entrypoint("jar", run)).endsWith("-cp", "/app/app.jar:/app/libs/a.jar", "demo.Main");
        assertThat(files("jar", run)).contains("app/app.jar", "app/libs/a.jar");
    }

    @Test
    void startsTheClassThatTheArgumentNames() throws IOException {
        jar("app.jar", Map.of("Main-Class", "demo.Main"), "demo/Main.class");

        assertThat(entrypoint("jar", jib("/jar", "--base=scratch", "--main-class=demo.Other")))
                .endsWith("demo.Other");
        assertThat(entrypoint("jar", jib("/jar", "--base=scratch", "--main-class=")))
                .endsWith("demo.Main");
    }

    @Test
    void saysThatAJarNamesNoMainClass() throws IOException {
        jar("app.jar", Map.of(), "demo/Main.class");

        assertThat(failure(jib("/jar", "--base=scratch")))
                .isEqualTo("NoMainClass: app.jar names no Main-Class in its manifest");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "some | jlink | MODULES is all, or found and the names of more modules as in found,jdk.jfr, not \"some\"",
                "found | scratch | MODULES is of use with the base jlink only, not with scratch",
                "found,jdk.nothing,jdk.jfr,a | jlink | MODULES: this JDK has no module jdk.nothing, a"
            })
    void saysWhichModulesCannotBe(String modules, String base, String sentence) throws Exception {
        jar("app.jar", Map.of("Main-Class", "demo.Main"), "demo/Main.class");

        assertThat(failure(jib(
                        Map.of("SLUICE_BASE_IMAGE", base(registry, "/sluice/java:1")),
                        "/app",
                        "--base=" + base,
                        "--modules=" + modules)))
                .isEqualTo("BadArgument: " + sentence);
    }

    @Test
    void takesTheWholeRuntimeWhereItCannotBeCut() throws Exception {
        var shared = Map.of("SLUICE_BASE_IMAGE", base(registry, "/sluice/java:1"));
        jar("app.jar", Map.of("Main-Class", "demo.Main"), "demo/Main.class"); // which is no class

        var unreadable = jib(shared, "/unreadable", "--modules=found", "--aot=false");

        assertThat(unreadable.exitCode()).as(unreadable.output()).isZero();
        assertThat(unreadable.output())
                .contains("The whole Java runtime is used, because jdeps cannot tell its modules");
        assertThat(files("unreadable", unreadable)).contains("runtime", "app/app.jar");

        var environment = new HashMap<>(shared);
        environment.put("SLUICE_JDK", folder.toString());
        var without = jib(environment, "/without", "--modules=found", "--aot=false");
        assertThat(without.exitCode()).as(without.output()).isZero();
        assertThat(without.output())
                .contains("The whole Java runtime is used, because there is no JDK in this image: Sluice puts it there"
                        + " when it is started with SLUICE_BUILD_JDK=true.");
    }

    @ParameterizedTest
    @CsvSource({"jetty, var/lib/jetty/webapps/ROOT", "tomcat, usr/local/tomcat/webapps/ROOT"})
    void putsAWarWhereTheServletContainerOfTheBaseLooks(String container, String root) throws Exception {
        jar("shop.war", Map.of(), "WEB-INF/web.xml", "index.jsp");
        var base = base(registry, "/library/" + container + ":1");

        var run = jib("/war", "--base=" + base);

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("Found a war.");
        assertThat(files("war", run)).contains("runtime", root + "/WEB-INF/web.xml", root + "/index.jsp");
    }

    @Test
    void leavesAWarWholeThatStartsByItself() throws IOException {
        jar("shop.war", Map.of("Main-Class", "demo.Launcher"), "WEB-INF/web.xml");

        var run = jib("/whole", "--base=scratch");

        assertThat(entrypoint("whole", run)).endsWith("-jar", "/app/shop.war");
        assertThat(files("whole", run)).contains("app/shop.war");
    }

    @Test
    void looksIntoTheDirectoryOnly() throws IOException {
        jar("services/web/app.jar", Map.of("Main-Class", "demo.Web"), "demo/Web.class");
        jar("app.jar", Map.of("Main-Class", "demo.Main"), "demo/Main.class");

        assertThat(entrypoint("web", jib("/web", "--base=scratch", "--directory=services/web")))
                .endsWith("demo.Web");
        assertThat(failure(jib("/web", "--base=scratch", "--directory=services/shop")))
                .isEqualTo(
                        "DirectoryNotFound: the source has no directory " + folder.resolve("workspace/services/shop"));
    }

    /** Into two repositories, and with a cache each, so that nothing of the first time is found. */
    @Test
    void packsTheSameFilesIntoTheSameDigest() throws IOException {
        jar("app.jar", Map.of("Main-Class", "demo.Main", "Class-Path", "a.jar"), "demo/Main.class");
        var library = jar("libs/a.jar", Map.of(), "a/A.class");
        var one = jib("/one", "--base=scratch");
        Files.setLastModifiedTime(library, FileTime.from(Instant.EPOCH));
        Files.setLastModifiedTime(folder.resolve("workspace/app.jar"), FileTime.from(Instant.EPOCH));

        var two = jib("/two", "--base=scratch", "--cache=" + folder.resolve("another"));

        assertThat(one.exitCode()).isZero();
        assertThat(two.output()).contains("Pushed ");
        assertThat(two.message().path("digest")).isEqualTo(one.message().path("digest"));
    }

    @Test
    void pushesOnlyTheLayersThatChanged() throws Exception {
        var base = base(registry, "/library/java:1");
        jar("app.jar", Map.of("Main-Class", "demo.Main", "Class-Path", "libs/a.jar libs/b-SNAPSHOT.jar"), "one");
        jar("libs/a.jar", Map.of(), "a/A.class");
        jar("libs/b-SNAPSHOT.jar", Map.of(), "b/B.class");
        var uploads = new ArrayList<String>();
        registry.failing((method, path) -> {
            if (method.equals("PUT") && path.contains("/blobs/uploads/")) {
                synchronized (uploads) {
                    uploads.add(path);
                }
            }
            return OptionalInt.empty();
        });

        var first = jib("/layers", "--base=" + base);
        assertThat(uploads)
                .as("two of libraries, one of the application, and the configuration")
                .hasSizeBetween(4, 5);
        uploads.clear();
        jar("app.jar", Map.of("Main-Class", "demo.Main", "Class-Path", "libs/a.jar libs/b-SNAPSHOT.jar"), "two");
        var second = jib("/layers", "--base=" + base, "--cache=" + folder.resolve("cold"));

        assertThat(uploads).as("that of the application, and the configuration").hasSize(2);
        var before = layers("layers", first);
        var after = layers("layers", second);
        assertThat(after).hasSize(4);
        assertThat(after.subList(0, 3)).isEqualTo(before.subList(0, 3));
        assertThat(after.getLast()).isNotEqualTo(before.getLast());
    }

    @Test
    void pullsABaseInTheNameOfTheSecret() throws Exception {
        jar("app.jar", Map.of("Main-Class", "demo.Main"), "demo/Main.class");
        try (var closed =
                Registry.start(Registry.Options.in(folder.resolve("closed")).withUser("ann", "se:cret"))) {
            credentials(closed);
            var base = base(closed, "/me/base:1");
            var config = folder.resolve("home/.docker/config.json");
            var run = jib("/app", "--base=" + base);
            assertThat(run.exitCode()).as(run.output()).isZero();
            assertThat(files("app", run)).contains("runtime", "app/app.jar");

            Files.delete(config);
            assertThat(failure(jib("/other", "--base=" + base, "--cache=" + folder.resolve("cold"))))
                    .isEqualTo("RegistryUnauthorized: the registry " + closed.address()
                            + " does not let the build's service account pull " + closed.address() + "/me/base");
        }
    }

    @ParameterizedTest
    @CsvSource({"docker.io, library/base:1", "docker.io, me/base:1", "quay.test, quay.test/me/base:1"})
    void pullsABaseFromTheMirrorOfItsRegistry(String mirrored, String base) throws Exception {
        jar("app.jar", Map.of("Main-Class", "demo.Main"), "demo/Main.class");
        try (var mirror = Registry.start(Registry.Options.in(folder.resolve("mirror")))) {
            base(mirror, "/" + base.replace("quay.test/", ""));
            var mirrors = "other.test=mirror.test," + mirrored + "=" + mirror.address();

            var run = jib(Map.of("SLUICE_REGISTRY_MIRRORS", mirrors), "/app", "--base=" + base);

            assertThat(run.exitCode()).as(run.output()).isZero();
            assertThat(files("app", run)).contains("runtime", "app/app.jar");
        }
    }

    private void credentials(Registry closed) throws IOException {
        var secret = Files.createDirectories(folder.resolve("secrets/hub"));
        Files.writeString(secret.resolve("username"), "ann");
        Files.writeString(secret.resolve("password"), "se:cret");
        var run = StepRun.of(
                folder,
                Map.of("SLUICE_SECRETS", folder.resolve("secrets").toString()),
                "credentials",
                "-basic-docker=hub=" + closed.address());
        assertThat(run.exitCode()).as(run.output()).isZero();
    }

    /** Pushes an image with one file, {@code runtime}; its name. */
    private String base(Registry to, String name) throws Exception {
        var file = Files.writeString(folder.resolve("runtime"), "runtime");
        var image = ImageReference.parse(to.address() + name);
        new ImagePush(
                        List.of(),
                        List.of(folder.resolve("home/.docker/config.json")),
                        folder.resolve("base-cache"),
                        System.out::println)
                .push(Jib.fromScratch().addLayer(List.of(file), AbsoluteUnixPath.get("/")), image);
        return image.toString();
    }

    private StepRun jib(String name, String... options) throws IOException {
        return jib(Map.of(), name, options);
    }

    private StepRun jib(Map<String, String> environment, String name, String... options) throws IOException {
        var arguments = Stream.concat(
                Stream.of("jib", "--image=" + registry.address() + name, "--cache=" + folder.resolve("cache")),
                Stream.of(options));
        return StepRun.of(folder, new HashMap<>(environment), arguments.toArray(String[]::new));
    }

    private static String failure(StepRun run) {
        assertThat(run.exitCode()).as(run.output()).isEqualTo(1);
        return run.message().path("reason").asText() + ": "
                + run.message().path("message").asText();
    }

    /** An archive below the workspace, whose entries hold their own names. */
    private Path jar(String name, Map<String, String> attributes, String... entries) throws IOException {
        var jar = folder.resolve("workspace").resolve(name);
        Files.createDirectories(jar.resolveSibling(""));
        var manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        attributes.forEach((key, value) -> manifest.getMainAttributes().putValue(key, value));
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (var entry : entries) {
                out.putNextEntry(new JarEntry(entry));
                out.write(entry.getBytes(UTF_8));
            }
        }
        return jar;
    }

    private List<String> entrypoint(String repository, StepRun run) throws IOException {
        assertThat(run.exitCode()).as(run.output()).isZero();
        var digest = manifest(repository, run).at("/config/digest").asText();
        var configuration = new ObjectMapper().readTree(fetch(repository, "blobs/" + digest));
        var words = new ArrayList<String>();
        configuration.at("/config/Entrypoint").forEach(word -> words.add(word.asText()));
        return words;
    }

    private List<String> layers(String repository, StepRun run) throws IOException {
        var digests = new ArrayList<String>();
        manifest(repository, run)
                .path("layers")
                .forEach(layer -> digests.add(layer.path("digest").asText()));
        return digests;
    }

    private List<String> files(String repository, StepRun run) throws IOException {
        var files = new ArrayList<String>();
        for (var layer : layers(repository, run)) {
            try (var content = new java.io.ByteArrayInputStream(fetch(repository, "blobs/" + layer));
                    var tar = new TarArchiveInputStream(new GZIPInputStream(content))) {
                for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    files.add(entry.getName());
                }
            }
        }
        return files;
    }

    private JsonNode manifest(String repository, StepRun run) throws IOException {
        return new ObjectMapper()
                .readTree(fetch(
                        repository, "manifests/" + run.message().path("digest").asText()));
    }

    private byte[] fetch(String repository, String what) throws IOException {
        try (var client = HttpClient.newHttpClient()) {
            var uri = URI.create("http://" + registry.address() + "/v2/" + repository + "/" + what);
            return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray())
                    .body();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
