package dev.sluice.builds.step;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.builds.StepImages;
import dev.sluice.builds.image.SluiceImages;
import dev.sluice.kubedev.registry.Registry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JibStepIT {
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static Registry registry;
    private static SluiceImages images;

    @BeforeAll
    static void images() throws IOException, InterruptedException {
        registry = Registry.start(Registry.Options.in(shared.resolve("registry")));
        images = SluiceImages.ensure(StepImages.ingredients(registry.address()));
    }

    @AfterEach
    void heal() {
        registry.healed();
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @Test
    void makesTheSameDigestOfTheSameSource() throws IOException {
        var name = registry.address() + "/hello:1";
        project("System.out.println(\"hello\");");

        var one = jib(name);
        assertThat(one.exitCode()).as(one.output()).isZero();
        var digest = one.message().path("digest").asText();
        assertThat(digest).startsWith("sha256:");
        assertThat(one.message().path("image").asText()).isEqualTo(name);
        assertThat(folder.resolve("home/image-digest")).hasContent(digest);
        assertThat(manifest("hello", digest)).contains("\"layers\"");

        assertThat(one.message().path("size").asLong()).isPositive();

        var two = jib(name);
        assertThat(two.message().path("digest").asText()).isEqualTo(digest);
        assertThat(two.output()).contains("Found " + name + "@" + digest + " in the registry");

        project("System.out.println(\"other\");");
        var other = jib(name).message().path("digest").asText();
        assertThat(other).isNotEqualTo(digest);
        assertThat(manifest("hello", "1")).isEqualTo(manifest("hello", other));

        project("System.out.println(\"hello\");");
        assertThat(jib(name).message().path("digest").asText()).isEqualTo(digest);
        assertThat(manifest("hello", "1")).isEqualTo(manifest("hello", digest));
    }

    @Test
    void tellsTheFirstCompilerError() throws IOException {
        project("System.out.println(\"hello\")");

        var run = jib(registry.address() + "/broken");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.message().path("reason").asText()).isEqualTo("CompilationFailed");
        assertThat(run.message().path("message").asText())
                .isEqualTo("Maven could not build the project: src/main/java/hello/Hello.java:3: ';' expected");
        assertThat(run.output()).contains("COMPILATION ERROR");
    }

    @Test
    void looksForTheMainClassWhereTheJarOfTheProjectNamesNone() throws IOException {
        project("System.out.println(\"hello\");");
        var pom = folder.resolve("workspace/pom.xml");
        Files.writeString(pom, Files.readString(pom).replaceAll("<mainClass>.*</mainClass>", ""));

        var found = jib(registry.address() + "/nameless");
        assertThat(found.exitCode()).as(found.output()).isZero();
        assertThat(configuration("nameless", found)).contains("\"/app/app.jar\",\"hello.Hello\"]");

        file("src/main/java/hello/Hello.java", "package hello;\nclass Hello {}\n");
        var none = jib(registry.address() + "/nameless");
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.message().path("reason").asText()).isEqualTo("NoMainClass");
        assertThat(none.message().path("message").asText()).isEqualTo("the project has no class with a main method");
        assertThat(none.output()).endsWith("ERROR: the project has no class with a main method\n");
    }

    @Test
    void tellsWhatItLookedFor() throws IOException {
        var run = jib(registry.address() + "/empty");

        assertThat(run.message().path("reason").asText()).isEqualTo("UnknownProject");
        assertThat(run.message().path("message").asText())
                .endsWith(
                        ": looked for jib.yaml, pom.xml (Maven), build.gradle or settings.gradle (Gradle), one *.jar or"
                                + " *.war, index.html (static files) and one native program");

        file("Dockerfile", "FROM scratch");
        file("a.jar", "");
        file("b.jar", "");
        assertThat(jib(registry.address() + "/empty").message().path("message").asText())
                .endsWith(", but there are 2 jars and wars, and there is a Dockerfile, which a template like kaniko or"
                        + " buildkit builds");
    }

    @Test
    void servesStaticFiles() throws IOException {
        file("index.html", "<h1>hello</h1>");
        file("style/site.css", "h1 {}");

        var run = jib(registry.address() + "/site");

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("Found static files.");
        assertThat(configuration("site", run)).contains("\"dev.sluice.builds.image.SiteMain\",\"/app/site\"]");
    }

    @Test
    void keepsWhatGitKnowsOfASiteToItself() throws IOException {
        file("index.html", "<h1>hello</h1>");
        var pushed = jib(registry.address() + "/site").message().path("digest").asText();
        file(".git/index", "when each file was last looked at");
        file("module/.git", "gitdir: ../.git/modules/module");

        var again = jib(registry.address() + "/site");

        assertThat(again.exitCode()).as(again.output()).isZero();
        assertThat(again.message().path("digest").asText()).isEqualTo(pushed);
    }

    @Test
    void takesAJarOfSpringBootApart() throws IOException {
        var jar = folder.resolve("workspace/boot.jar");
        Files.createDirectories(folder.resolve("workspace"));
        var manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Main-Class", "org.springframework.boot.loader.launch.JarLauncher");
        manifest.getMainAttributes().putValue("Start-Class", "demo.Application");
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (var name : List.of(
                    "BOOT-INF/",
                    "BOOT-INF/classes/",
                    "BOOT-INF/classes/demo/Application.class",
                    "BOOT-INF/lib/a-1.jar",
                    "BOOT-INF/lib/b-1-SNAPSHOT.jar")) {
                out.putNextEntry(new JarEntry(name));
            }
            out.putNextEntry(new JarEntry("BOOT-INF/classpath.idx"));
            out.write("- \"BOOT-INF/lib/b-1-SNAPSHOT.jar\"\n- \"BOOT-INF/lib/a-1.jar\"\n".getBytes(UTF_8));
        }

        var run = jib(registry.address() + "/boot");

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(configuration("boot", run))
                .contains("\"/app/app.jar:/app/libs/b-1-SNAPSHOT.jar:/app/libs/a-1.jar\",\"demo.Application\"]");
    }

    @Test
    void wantsAServletContainerForAWar() throws IOException {
        Files.createDirectories(folder.resolve("workspace"));
        try (var out = new JarOutputStream(Files.newOutputStream(folder.resolve("workspace/shop.war")))) {
            out.putNextEntry(new JarEntry("WEB-INF/web.xml"));
        }

        var run = jib(registry.address() + "/war");

        assertThat(run.message().path("reason").asText()).isEqualTo("ServletContainerMissing");
    }

    @Test
    void wantsTheWrapperOfAGradleProject() throws IOException {
        file("build.gradle", "");

        assertThat(jib(registry.address() + "/gradle").message().path("reason").asText())
                .isEqualTo("GradleWrapperMissing");
    }

    @Test
    void laysOutWhatJibYamlDescribes() throws IOException {
        file("jib.yaml", """
                apiVersion: jib/v1alpha1
                kind: BuildFile
                from: {image: scratch}
                environment: {COLOUR: blue}
                exposedPorts: [8080]
                entrypoint: [/tool/run]
                cmd: [now]
                layers:
                  entries:
                  - name: tool
                    properties: {filePermissions: "755"}
                    files: [{src: bin, dest: /tool, excludes: ["*.md"]}]
                """);
        file("bin/run", "#!/bin/sh");
        file("bin/notes.md", "no");

        var run = jib(registry.address() + "/described");

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(configuration("described", run))
                .contains("\"COLOUR=blue\"", "\"Entrypoint\":[\"/tool/run\"]", "\"Cmd\":[\"now\"]", "8080");

        file("jib.yaml", "apiVersion: jib/v1alpha1\nkind: BuildFile\nlayer: {}\n");
        assertThat(jib(registry.address() + "/described")
                        .message()
                        .path("message")
                        .asText())
                .isEqualTo("jib.yaml: there is no field \"layer\"");
    }

    @Test
    void putsANativeProgramOnNothingButItsLibraries() throws IOException {
        Files.createDirectories(folder.resolve("workspace"));
        Files.copy(Path.of("/bin/sh").toRealPath(), folder.resolve("workspace/tool"));

        var run = jib(registry.address() + "/native");

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(configuration("native", run)).contains("\"Entrypoint\":[\"/app/tool\"]");
    }

    @Test
    void tellsThatTheRegistryRefuses() throws IOException {
        project("System.out.println(\"hello\");");
        for (int status : new int[] {401, 403}) {
            registry.failing(
                    (method, path) -> path.contains("/refused/") ? OptionalInt.of(status) : OptionalInt.empty());

            var run = jib(registry.address() + "/refused/x:1");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.message().path("reason").asText()).isEqualTo("RegistryUnauthorized");
            assertThat(run.message().path("message").asText())
                    .isEqualTo("the registry " + registry.address() + " does not let the build's service account push "
                            + registry.address() + "/refused/x:1");
        }
        registry.failing((method, path) -> path.contains("/refused/") ? OptionalInt.of(503) : OptionalInt.empty());
        var run = jib(registry.address() + "/refused/x:1");
        assertThat(run.message().path("reason").asText()).isEqualTo("RegistryError");
    }

    @Test
    void doesNotMakeImagesThatTheRegistryHas() throws IOException, InterruptedException {
        var before = System.nanoTime();

        assertThat(SluiceImages.ensure(StepImages.ingredients(registry.address())))
                .isEqualTo(images);

        assertThat((System.nanoTime() - before) / 1_000_000).isLessThan(3_000);
    }

    private StepRun jib(String image) throws IOException {
        return StepRun.of(
                folder,
                Map.of(
                        "MAVEN_HOME",
                        StepImages.maven().toString(),
                        "SLUICE_MAVEN_REPOSITORY",
                        System.getProperty("user.home") + "/.m2/repository",
                        "SLUICE_BASE_IMAGE",
                        images.runtime()),
                "jib",
                "--image=" + image,
                "--directory=.",
                "--main-class=",
                "--cache=" + folder.resolve("cache"));
    }

    private void project(String statement) throws IOException {
        var workspace = folder.resolve("workspace");
        var source = Files.createDirectories(workspace.resolve("src/main/java/hello"));
        Files.copy(
                Path.of("../examples/hello-java/pom.xml"),
                workspace.resolve("pom.xml"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(source.resolve("Hello.java"), """
                package hello;
                class Hello { public static void main(String[] args) {
                %s
                } }
                """.formatted(statement));
    }

    private void file(String name, String content) throws IOException {
        var file = folder.resolve("workspace").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private static String configuration(String repository, StepRun run) throws IOException {
        var manifest = new com.fasterxml.jackson.databind.ObjectMapper()
                .readTree(manifest(repository, run.message().path("digest").asText()));
        return blob(repository, manifest.at("/config/digest").asText());
    }

    private static String blob(String repository, String digest) throws IOException {
        return fetch(repository, "blobs/" + digest);
    }

    private static String manifest(String repository, String digest) throws IOException {
        return fetch(repository, "manifests/" + digest);
    }

    private static String fetch(String repository, String what) throws IOException {
        try (var client = HttpClient.newHttpClient()) {
            var uri = URI.create("http://" + registry.address() + "/v2/" + repository + "/" + what);
            return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                    .body();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
