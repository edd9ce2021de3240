package dev.sluice.app.platform;

import dev.sluice.builds.image.SluiceImages;
import dev.sluice.processes.Env;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Sluice's own images, made from the running checkout. */
final class BuildImages {
    static SluiceImages ensure(PlatformOptions options, Cluster cluster) {
        try {
            return SluiceImages.ensure(new SluiceImages.Ingredients(
                    cluster.registry(),
                    cluster.insecureRegistries(options),
                    Path.of(System.getProperty("java.home")),
                    maven(),
                    Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                            .filter(entry -> !entry.isEmpty())
                            .map(Path::of)
                            .toList(),
                    jdk(options.env()),
                    options.env().cache().resolve("images"),
                    options.progress()));
        } catch (IOException e) {
            throw new PlatformException(
                    "putting the image that builds run in into the registry " + cluster.registry() + ": "
                            + e.getMessage(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException("interrupted while the image that builds run in was made", e);
        }
    }

    /** Whether build pods have a JDK to link runtimes from. */
    static boolean jdk(Env env) {
        var word = env.value("SLUICE_BUILD_JDK").orElse("false");
        return switch (word) {
            case "true" -> true;
            case "false", "" -> false;
            default -> throw new PlatformException("SLUICE_BUILD_JDK must be true or false, not \"" + word + "\"");
        };
    }

    /** The Maven distribution that the build of Sluice put beside it. */
    private static Path maven() throws IOException {
        var folder = Path.of(
                Objects.requireNonNullElse(System.getProperty("sluice.home"), "."), "builds", "target", "maven");
        if (Files.isDirectory(folder)) {
            try (var children = Files.list(folder)) {
                List<Path> found = children.filter(child -> Files.isDirectory(child.resolve("boot")))
                        .toList();
                if (!found.isEmpty()) {
                    return found.getLast();
                }
            }
        }
        throw new IOException("there is no Maven distribution in " + folder + "; build Sluice with ./sluice build");
    }

    private BuildImages() {}
}
