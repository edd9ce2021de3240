package dev.sluice.builds.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.Jib;
import dev.sluice.kubedev.registry.Registry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CutRuntimeIT {
    private static final Path JDK = Path.of(System.getProperty("java.home"));
    /** Never made here. */
    private static final ApplicationImage.Base SHARED = new ApplicationImage.Base(
            () -> new ApplicationImage.Base.Made(Jib.fromScratch(), Optional.empty(), true),
            Optional.of("shared"),
            "java",
            false,
            false);

    @TempDir
    private Path folder = Path.of("");

    private final List<String> said = new ArrayList<>();

    @Test
    void looksIntoALibraryThatIsAModuleOfModulesThatAreNotThere() throws Exception {
        var absent =
                compile("absent", List.of(), "module absent { exports absent; }", "package absent; public class A {}");
        var library = compile(
                "library",
                List.of("-p", absent.toString()),
                "module library { requires absent; requires java.sql; exports lib; }",
                "package lib; public class Data { public static java.sql.Connection c; absent.A a; }");
        var program = compile(
                "program",
                List.of("-cp", library.toString()),
                "package program; class Main { Object o = lib.Data.c; }");

        var jars = List.of(packed(program), packed(library));

        assertThat(NeededModules.of(JDK, jars, folder.resolve("scratch")))
                .isEqualTo(new NeededModules.Known(Stream.concat(NeededModules.BY_NAME.stream(), Stream.of("java.sql"))
                        .sorted()
                        .toList()));
    }

    /** Linked twice, in folders of their own, for applications that have nothing in common but what they need. */
    @Test
    void applicationsThatNeedTheSameModulesHaveTheSameLayers() throws Exception {
        try (var registry = Registry.start(Registry.Options.in(folder.resolve("registry")))) {
            var one = push(registry, "one", "java.util.logging.Logger");
            var other = push(registry, "other", "java.lang.management.ManagementFactory");

            assertThat(one).hasSize(3);
            assertThat(other.subList(0, 2)).isEqualTo(one.subList(0, 2));
            assertThat(other.getLast()).isNotEqualTo(one.getLast());
        }
        var expected = new TreeSet<>(NeededModules.BY_NAME);
        expected.add("java.xml"); // as asked
        assertThat(said).contains("The Java runtime has the modules " + String.join(", ", expected) + ".");
        assertThat(modules(folder.resolve("kept-one")))
                .containsAll(expected)
                .doesNotContain("java.desktop", "java.sql", "jdk.compiler");
    }

    @Test
    void takesTheSharedRuntimeWhereLinkingFails() throws Exception {
        var jdk = folder.resolve("jdk");
        Files.createDirectories(jdk.resolve("bin"));
        Files.createSymbolicLink(jdk.resolve("bin/jdeps"), JDK.resolve("bin/jdeps"));
        Files.copy(JDK.resolve("release"), jdk.resolve("release"));
        var jlink =
                Files.writeString(jdk.resolve("bin/jlink"), "#!/bin/sh\necho 'Error: a module is damaged'; exit 1\n");
        assertThat(jlink.toFile().setExecutable(true)).isTrue();
        var java = new Application.Java(classes("app", "Object"), null, List.of(), "app.Main");

        var base = new CutRuntime(jdk, List.of(), folder.resolve("kept"), said::add)
                .base(java, SHARED, folder.resolve("scratch"));
        var image = ApplicationImage.of(java, base, folder.resolve("scratch"), false, said::add);
        image.builder();

        assertThat(said.getLast())
                .startsWith("The whole Java runtime is used, because linking a Java runtime from " + jdk + " failed:")
                .endsWith("Error: a module is damaged.");
        assertThat(image.whole()).as("another time it may succeed").isFalse();
        assertThat(folder.resolve("kept")).isEmptyDirectory();
    }

    private List<String> push(Registry registry, String name, String used) throws Exception {
        var scratch = folder.resolve("scratch-" + name);
        var java = new Application.Java(classes(name, used), null, List.of(), name + ".Main");
        var base = new CutRuntime(JDK, List.of("java.xml"), folder.resolve("kept-" + name), said::add)
                .base(java, SHARED, scratch);
        var image = ApplicationImage.of(java, base, scratch, false, said::add);
        assertThat(image.tag()).isPresent();
        new ImagePush(List.of(), List.of(), folder.resolve("layers-" + name), said::add)
                .push(image.builder(), ImageReference.parse(registry.address() + "/" + name + ":1"));
        var uri = URI.create("http://" + registry.address() + "/v2/" + name + "/manifests/1");
        try (var client = HttpClient.newHttpClient()) {
            var manifest = client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
            var layers = new ArrayList<String>();
            new ObjectMapper()
                    .readTree(manifest.body())
                    .path("layers")
                    .forEach(layer -> layers.add(layer.path("digest").asText()));
            return layers;
        }
    }

    private static List<String> modules(Path kept) throws Exception {
        Path runtime;
        try (var found = Files.list(kept)) {
            runtime = found.findFirst().orElseThrow();
        }
        var process = new ProcessBuilder(runtime.resolve("bin/java").toString(), "--list-modules").start();
        try (var out = process.getInputStream()) {
            return new String(out.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.replaceFirst("@.*", ""))
                    .toList();
        }
    }

    private Path classes(String name, String used) throws IOException {
        return compile(name, List.of(), "package " + name + "; class Main { " + used + " used; }");
    }

    /** A folder with the classes of sources that begin with their kind, {@code module} or {@code package}. */
    private Path compile(String name, List<String> options, String... sources) throws IOException {
        var classes = folder.resolve("classes-" + name);
        var arguments = new ArrayList<>(List.of("-d", classes.toString()));
        arguments.addAll(options);
        for (int i = 0; i < sources.length; i++) {
            var file = sources[i].startsWith("module")
                    ? "module-info.java"
                    : sources[i].replaceFirst("(?s).*class (\\w+).*", "$1.java");
            var place =
                    Files.createDirectories(folder.resolve("source-" + name)).resolve(file);
            arguments.add(Files.writeString(place, sources[i]).toString());
        }
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
                .isZero();
        return classes;
    }

    private static Path packed(Path classes) throws IOException {
        var jar = classes.resolveSibling(classes.getFileName() + ".jar");
        ReproducibleJar.pack(classes, "none", jar);
        return jar;
    }
}
