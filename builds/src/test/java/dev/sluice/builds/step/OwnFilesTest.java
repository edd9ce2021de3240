package dev.sluice.builds.step;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.builds.image.Application;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnFilesTest {
    private static final String JIB_YAML = "apiVersion: jib/v1alpha1\nkind: BuildFile\n";

    @TempDir
    Path folder;

    @BeforeEach
    void source() throws IOException {
        write("home/.docker/config.json", "secret");
        write("workspace/.git/config", "[remote]");
        write("workspace/logo.svg", "logo");
    }

    @ParameterizedTest
    @CsvSource({
        "../../home/.docker/config.json, outside of the source",
        "../.git/config, in .git",
        "/etc/passwd, outside of the source"
    })
    void refusesASiteThatWouldServeMore(String target, String place) throws IOException {
        write("workspace/site/index.html", "<h1>hello</h1>");
        Files.createSymbolicLink(folder.resolve("workspace/site/x"), Path.of(target));

        assertThat(failure("--directory=site"))
                .isEqualTo("LinkLeadsOutside: \"x\" must not get into the image: it lies " + place);
    }

    @Test
    void takesALinkToWhatWasFetchedWithIt() throws IOException {
        write("workspace/site/index.html", "<h1>hello</h1>");
        Files.createSymbolicLink(folder.resolve("workspace/site/x"), Path.of("../logo.svg"));
        var site = folder.resolve("workspace/site");

        assertThat(Project.detect(context(), site).kind()).isEqualTo("static files");
    }

    @ParameterizedTest
    @CsvSource({
        "x, x, outside of the source",
        "x, ., outside of the source",
        "d, d/config.json, outside of the source",
        "g, g, in .git",
        "g, .git/config, in .git"
    })
    void refusesAJibYamlThatWouldTakeMore(String link, String source, String place) throws IOException {
        var target = switch (link) {
            case "x" -> "../home/.docker/config.json";
            case "d" -> "../home/.docker";
            default -> ".git/config";
        };
        Files.createSymbolicLink(folder.resolve("workspace").resolve(link), Path.of(target));
        write("workspace/jib.yaml", JIB_YAML + "layers: {entries: [{files: [{src: " + source + ", dest: /x}]}]}\n");

        assertThat(failure())
                .startsWith("LinkLeadsOutside: ")
                .endsWith("\" must not get into the image: it lies " + place);
    }

    @Test
    void leavesOutWhatIsGits() throws IOException {
        write("workspace/jib.yaml", JIB_YAML + "layers: {entries: [{files: [{src: ., dest: /x}]}]}\n");

        var described = (Application.Described)
                ((Project.Found) Project.detect(context(), folder.resolve("workspace"))).application();

        assertThat(described.layers().getFirst().files())
                .extracting(Application.Described.Entry::target)
                .containsExactly("/x", "/x/jib.yaml", "/x/logo.svg");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "workingDirectory: app|workingDirectory: \"app\" is no absolute path",
                "volumes: [/a, data]|volumes: \"data\" is no absolute path"
            })
    void wantsAbsolutePaths(String field, String problem) throws IOException {
        write("workspace/jib.yaml", JIB_YAML + field);

        assertThat(failure()).isEqualTo("BadJibYaml: jib.yaml: " + problem);
    }

    /** A step that nobody thought of still says that it failed. */
    @Test
    void tellsWhatNobodyThoughtOf() throws IOException {
        var run = StepRun.of(folder, Map.of("HOME", "\0"), "credentials");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.message().path("reason").asText()).isEqualTo("StepFailed");
        assertThat(run.message().path("message").asText()).startsWith("step credentials failed: java.nio.file.Invalid");
    }

    private StepContext context() {
        return new StepContext(
                List.of(),
                Map.of(),
                folder.resolve("workspace"),
                new PrintStream(OutputStream.nullOutputStream(), true, UTF_8));
    }

    private String failure(String... options) throws IOException {
        var arguments = new ArrayList<>(List.of("jib", "--image=registry.test/app"));
        arguments.addAll(List.of(options));
        var run = StepRun.of(folder, Map.of(), arguments.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.output()).isEqualTo(1);
        return run.message().path("reason").asText() + ": "
                + run.message().path("message").asText();
    }

    private void write(String name, String content) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, content);
    }
}
