package dev.sluice.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BareStartTest {
    @TempDir
    private Path root = Path.of("");

    /** It ran without its AOT cache, and the demo compared the platform's start with a slower one. */
    @Test
    void leadsWhatOptionsAndClassPathsNameToTheFilesOfTheImage() throws Exception {
        for (var file : new String[] {"java", "app.aot", "classes", "a.jar"}) {
            Files.createFile(root.resolve(file));
        }

        assertThat(BareStart.command(root, config("""
                        {"Entrypoint": ["/java", "-XX:AOTCache=/app.aot", "-Dplain=/elsewhere", "-cp", "/classes:/a.jar"], "Cmd": ["Main", "-x"]}
                        """), false))
                .containsExactly(
                        root + "/java",
                        "-XX:AOTCache=" + root + "/app.aot",
                        "-Dplain=/elsewhere",
                        "-cp",
                        root + "/classes:" + root + "/a.jar",
                        "Main",
                        "-x");
    }

    @Test
    void leavesTheWordsOfAnIsolatedProcessAsTheyAre() throws Exception {
        Files.createFile(root.resolve("java"));

        assertThat(BareStart.command(root, config("{\"Entrypoint\": [\"/java\", \"Main\"]}"), true))
                .containsSubsequence(
                        "/usr/bin/bwrap", "--bind", root.toString(), "/", "--tmpfs", "/tmp", "/java", "Main");
    }

    /** A machine that allows a bind but no /proc of its own failed the demo. */
    @Test
    void triesTheIsolationThatItUses() throws Exception {
        var isolation = BareStart.command(root, config("{}"), true);

        assertThat(BareStart.probe()).containsSubsequence(isolation.subList(4, isolation.size()));
        assertThat(isolation).contains("--proc", "--dev", "--tmpfs");
    }

    @Test
    void saysWhyItCannotBeMeasuredOnAMachineThatCannotIsolate() throws Exception {
        assertThat(BareStart.rounds(root, config("{\"Entrypoint\": [\"false\"]}"), false))
                .isInstanceOfSatisfying(
                        BareStart.Outcome.NotHere.class,
                        nothing -> assertThat(nothing.why()).startsWith("the bare process does not answer: "));
    }

    private static JsonNode config(String json) throws Exception {
        return new ObjectMapper().readTree(json);
    }
}
