package dev.sluice.activities.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.workflows.build.BuildActivities.StepRef;
import dev.sluice.workflows.build.BuildRef;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogArchiveTest {
    @TempDir
    Path folder;

    @Test
    void keepsTheEndOfEveryStepInOrder() throws IOException {
        var archive = new LogArchive(folder, 10, 5);
        var build = new BuildRef("n", "b", "u");

        keep(archive, build, 1, "second", "short");
        keep(archive, build, 0, "first", "0123456789abcdef");

        assertThat(archive.steps(build)).extracting(LogArchive::container).containsExactly("first", "second");
        assertThat(archive.steps(build).getFirst()).hasContent("[6 bytes before this were not kept]\n6789abcdef");
        assertThat(archive.steps(build).getLast()).hasContent("short");
        assertThat(archive.steps(new BuildRef("n", "b", "other"))).isEmpty();
    }

    @Test
    void keepsEveryTryOfAStep() throws IOException {
        var archive = new LogArchive(folder, 100, 2);
        var build = new BuildRef("n", "b", "u");
        archive.keep(new StepRef(build, "one", 1, 1), new ByteArrayInputStream(new byte[] {'b'}));
        archive.keep(new StepRef(build, "one", 1, 0), new ByteArrayInputStream(new byte[] {'a'}));

        assertThat(archive.steps(build)).extracting(LogArchive::container).containsExactly("one", "one");
        assertThat(archive.steps(build)).extracting(LogArchive::attempt).containsExactly(0, 1);
        assertThat(archive.steps(build).getLast()).hasContent("b");
    }

    @Test
    void keepsNoMoreBuildsThanItMay() throws IOException {
        var archive = new LogArchive(folder, 10, 2);
        for (int i = 0; i < 5; i++) {
            keep(archive, new BuildRef("n", "b" + i, "u"), 0, "s", "x");
        }

        long kept = java.util.stream.IntStream.range(0, 5)
                .filter(i -> !archive.steps(new BuildRef("n", "b" + i, "u")).isEmpty())
                .count();
        assertThat(kept).isEqualTo(2);
    }

    @Test
    void forgetsTheBuildsThatWereDeleted() throws IOException {
        var archive = new LogArchive(folder, 10, 5);
        keep(archive, new BuildRef("n", "b", "gone"), 0, "s", "x");
        keep(archive, new BuildRef("n", "b", "there"), 0, "s", "x");
        keep(archive, new BuildRef("other", "c", "gone-too"), 0, "s", "x");

        archive.forgetAllBut(() -> {
            keep(archive, new BuildRef("n", "d", "made-meanwhile"), 0, "s", "x");
            return Set.of("there");
        });

        assertThat(archive.steps(new BuildRef("n", "b", "gone"))).isEmpty();
        assertThat(archive.steps(new BuildRef("n", "b", "there"))).hasSize(1);
        assertThat(archive.steps(new BuildRef("n", "d", "made-meanwhile"))).hasSize(1);
        assertThat(folder).isDirectoryNotContaining("glob:**/other");
        assertThat(folder.resolve("n/b")).isDirectoryNotContaining("glob:**/gone");
    }

    private static void keep(LogArchive archive, BuildRef build, int index, String step, String log) {
        try {
            archive.keep(
                    new StepRef(build, step, index), new ByteArrayInputStream(log.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
