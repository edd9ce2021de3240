package dev.sluice.builds.image;

import static java.nio.file.Files.getLastModifiedTime;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.builds.StepImages;
import dev.sluice.kubedev.registry.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SluiceImagesIT {
    @TempDir
    Path folder;

    @Test
    void aSecondInstancePushesWhatTheFirstMade() throws IOException, InterruptedException {
        var runtimes = new ArrayList<String>();
        var steps = new ArrayList<String>();
        var made = new ArrayList<FileTime>();
        var cache = folder.resolve("cache"); // empty: what an earlier run left says nothing of this one
        for (var instance : List.of("one", "two")) {
            try (var registry = Registry.start(Registry.Options.in(folder.resolve(instance)))) {
                var images = SluiceImages.ensure(StepImages.ingredients(registry.address(), cache));
                runtimes.add(images.runtime().substring(registry.address().length()));
                steps.add(images.step().substring(registry.address().length()));
                made.add(getLastModifiedTime(runtime(cache).resolve("release")));
            }
        }

        assertThat(runtimes.getLast()).isEqualTo(runtimes.getFirst());
        assertThat(steps.getLast()).isEqualTo(steps.getFirst());
        assertThat(made.getLast()).isEqualTo(made.getFirst());
    }

    @Test
    void whatEarlierVersionsLeftIsDeletedAfterAMonth() throws IOException {
        var layers = folder.resolve("layers").resolve("layers");
        var old = List.of(folder.resolve("java-old"), folder.resolve("maven-old"), layers.resolve("old"));
        var young = List.of(folder.resolve("java-young"), layers.resolve("young"), folder.resolve("layers"));
        for (var each : List.of(old, young)) {
            for (var one : each) {
                Files.writeString(Files.createDirectories(one).resolve("file"), "x");
            }
        }
        for (var one : old) {
            Files.setLastModifiedTime(one, FileTime.from(Instant.now().minus(Duration.ofDays(31))));
        }

        Leftovers.delete(folder, layers);

        assertThat(old).noneMatch(Files::exists);
        assertThat(young).allMatch(Files::exists);
    }

    private static Path runtime(Path cache) throws IOException {
        try (var found = Files.list(cache)) {
            var runtimes = found.filter(f -> f.getFileName().toString().startsWith("java-"))
                    .toList();
            assertThat(runtimes).hasSize(1);
            return runtimes.getFirst();
        }
    }
}
