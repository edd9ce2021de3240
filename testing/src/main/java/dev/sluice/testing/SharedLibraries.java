package dev.sluice.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The shared libraries that programs of this machine load, the dynamic linker included, as {@code ldd} tells. */
final class SharedLibraries {
    private static final Pattern PATH = Pattern.compile("(/\\S+) \\(0x");

    /** Absolute paths as the programs name them, sorted. */
    static SortedSet<Path> of(Collection<Path> programs) {
        var libraries = new TreeSet<Path>();
        for (var program : programs) {
            try {
                var process = new ProcessBuilder("ldd", program.toString())
                        .redirectErrorStream(true)
                        .start();
                var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                process.waitFor();
                PATH.matcher(output).results().map(m -> Path.of(m.group(1))).forEach(libraries::add);
            } catch (IOException e) {
                throw new UncheckedIOException("ldd " + program, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted at ldd " + program, e);
            }
        }
        return libraries;
    }

    private SharedLibraries() {}
}
