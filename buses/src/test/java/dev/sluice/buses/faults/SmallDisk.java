package dev.sluice.buses.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file system of its own in memory, which can be filled to the last byte. Root alone may make one. */
final class SmallDisk implements AutoCloseable {
    /** More than a journal and the bodies of big events leave free. */
    private static final String SIZE = "640m";

    private final Path folder;
    private final Path filling;

    SmallDisk(Path folder) {
        this.folder = folder;
        this.filling = folder.resolve("filling");
        try {
            Files.createDirectories(folder);
            run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", folder.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean isPossible() {
        return "root".equals(System.getProperty("user.name")) && Files.isWritable(Path.of("/proc/self/oom_score_adj"));
    }

    private static void run(String... command) throws IOException {
        var process =
                new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }

    /** Not a byte is left. */
    void fill() {
        var block = new byte[1 << 20];
        try (var out = Files.newOutputStream(filling)) {
            for (int size = block.length; size > 0; ) {
                try {
                    out.write(block, 0, size);
                } catch (IOException _) { // no room for so much
                    size /= 2;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void free() {
        try {
            Files.deleteIfExists(filling);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            run("umount", "-l", folder.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
