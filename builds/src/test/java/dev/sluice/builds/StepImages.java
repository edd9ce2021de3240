package dev.sluice.builds;

import dev.sluice.builds.image.SluiceImages;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What the images that builds need are made of in tests: this module as it was compiled. */
public final class StepImages {
    public static final Path CACHE = Path.of("target/images").toAbsolutePath();

    /** For a registry without TLS. */
    public static SluiceImages.Ingredients ingredients(String registry) throws IOException {
        return ingredients(registry, CACHE);
    }

    public static SluiceImages.Ingredients ingredients(String registry, Path cache) throws IOException {
        return new SluiceImages.Ingredients(
                registry,
                List.of(registry),
                Path.of(System.getProperty("java.home")),
                maven(),
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(Path::of)
                        .toList(),
                false,
                cache,
                System.out::println);
    }

    public static Path maven() throws IOException {
        try (var found = Files.list(Path.of("target/maven"))) {
            return found.findFirst().orElseThrow().toAbsolutePath();
        }
    }

    private StepImages() {}
}
