package dev.sluice.builds.step;

import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the one line of Maven's output that tells why it failed: the first compiler error, else the first error. */
final class MavenErrors {
    private static final Pattern COMPILER =
            Pattern.compile("\\[ERROR] (.+\\.(?:java|kt|scala|groovy)):\\[(\\d+),\\d+] (.+)");
    private static final Pattern ANY = Pattern.compile("\\[ERROR] +(.+?)( -> \\[Help \\d+])?");

    private final Path directory;
    private @Nullable String compiler;
    private @Nullable String first;
    private @Nullable String fatal;

    MavenErrors(Path directory) {
        this.directory = directory;
    }

    void read(String line) {
        var compiled = COMPILER.matcher(line);
        if (compiler == null && compiled.matches()) {
            compiler = shown(compiled.group(1)) + ":" + compiled.group(2) + ": " + compiled.group(3);
        }
        var any = ANY.matcher(line);
        if (any.matches() && !any.group(1).startsWith("COMPILATION ERROR")) {
            if (fatal == null && any.group(1).startsWith("Failed to execute goal")) {
                fatal = any.group(1);
            } else if (first == null) {
                first = any.group(1);
            }
        }
    }

    String sentence() {
        if (compiler != null) {
            return compiler;
        }
        if (fatal != null) {
            return fatal;
        }
        return first == null ? "it gave no reason" : first;
    }

    private String shown(String file) {
        var path = Path.of(file);
        return path.startsWith(directory) ? directory.relativize(path).toString() : file;
    }
}
