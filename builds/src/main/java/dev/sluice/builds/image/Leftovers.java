package dev.sluice.builds.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What earlier versions of Sluice and of the JDK left in the cache of images. */
final class Leftovers {
    private static final Duration KEPT = Duration.ofDays(30);
    private static final List<String> MADE = List.of("java-", "maven-", "classes-");

    /** Deletes what was made long ago; what is still of use among it is made again. */
    static void delete(Path cache, Path layers) throws IOException {
        var limit = Instant.now().minus(KEPT);
        try (var made = Files.list(cache)) {
            for (var folder : made.filter(
                            f -> MADE.stream().anyMatch(f.getFileName().toString()::startsWith))
                    .toList()) {
                deleteIfOlder(folder, limit);
            }
        }
        if (Files.isDirectory(layers)) {
            try (var old = Files.list(layers)) {
                for (var layer : old.toList()) {
                    deleteIfOlder(layer, limit);
                }
            }
        }
    }

    private static void deleteIfOlder(Path folder, Instant limit) throws IOException {
        if (Files.getLastModifiedTime(folder).toInstant().isBefore(limit)) {
            SeededRepository.delete(folder);
        }
    }

    private Leftovers() {}
}
