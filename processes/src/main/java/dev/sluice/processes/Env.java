package dev.sluice.processes;

import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The environment as a function, so that only the one who starts the program reads the real one. */
@FunctionalInterface
public interface Env {

    @Nullable
    String get(String name);

    /** The value, when it is there and not blank. */
    default Optional<String> value(String name) {
        return Optional.ofNullable(get(name)).filter(value -> !value.isBlank());
    }

    /** The program of that name in the folders of PATH. */
    default Optional<Path> onPath(String program) {
        for (String folder : value("PATH").orElse("").split(File.pathSeparator, -1)) {
            var candidate = Path.of(folder.isEmpty() ? "." : folder, program).toAbsolutePath();
            if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /**
     * Where an engine at that address is fetched: from there, or, behind {@code SLUICE_MIRROR}, from the path HOST/PATH of that mirror.
     * What comes is checked against the digests that the same place tells.
     */
    default URI fetched(String address) {
        return URI.create(value("SLUICE_MIRROR")
                .map(mirror -> mirror.replaceFirst("/+$", "") + "/" + address.replaceFirst("^https://", ""))
                .orElse(address));
    }

    /** What all checkouts and instances of this user share, and can be made again. */
    default Path cache() {
        var cache = value("XDG_CACHE_HOME")
                .map(Path::of)
                .orElseGet(() -> Path.of(value("HOME").orElse(System.getProperty("user.home")), ".cache"));
        return cache.resolve("sluice");
    }

    default Path engines() {
        return cache().resolve("engines");
    }
}
