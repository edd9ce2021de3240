package dev.sluice.kubedev.node.pod;

import dev.sluice.kubedev.node.image.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A folder of files that change together: they lie in a dated folder, `..data` links to it, every visible name links
 * through `..data`, and an update swaps that one link.
 */
final class PayloadDirectory {

    private static final Path DATA = Path.of("..data");

    private final Path directory;
    private final boolean owners = "root".equals(System.getProperty("user.name"));
    private Map<String, Content> current = Map.of();
    private int generation;

    /** Bytes with rights; compared by content. */
    static final class Content {
        private final byte[] bytes;
        private final int mode;

        Content(byte[] bytes, int mode) {
            this.bytes = bytes.clone();
            this.mode = mode;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Content c && mode == c.mode && Arrays.equals(bytes, c.bytes);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(bytes) + mode;
        }
    }

    PayloadDirectory(Path directory) {
        this.directory = directory;
    }

    /** Brings the folder to the given files; false when it was so already. */
    boolean write(Map<String, Content> files, int group) throws IOException {
        if (generation > 0 && files.equals(current)) {
            return false;
        }
        Files.createDirectories(directory);
        Files.setAttribute(directory, "unix:mode", 0755);
        Path fresh = directory.resolve("..g" + System.nanoTime());
        Files.createDirectory(fresh);
        Files.setAttribute(fresh, "unix:mode", 0755);
        for (var file : files.entrySet()) {
            Path target = fresh.resolve(file.getKey()).normalize();
            if (!target.startsWith(fresh)) {
                throw new IOException("the path " + file.getKey() + " leaves the volume");
            }
            Path folder = target.getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.write(target, file.getValue().bytes);
            Files.setAttribute(target, "unix:mode", group > 0 ? file.getValue().mode | 0440 : file.getValue().mode);
            if (group > 0 && owners) {
                Files.setAttribute(target, "unix:gid", group);
            }
        }
        Path before = Files.isSymbolicLink(directory.resolve(DATA))
                ? directory.resolve(Files.readSymbolicLink(directory.resolve(DATA)))
                : fresh;
        Path link = directory.resolve("..data_tmp");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, directory.relativize(fresh));
        Files.move(link, directory.resolve(DATA), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Set<String> tops = new HashSet<>();
        files.keySet().forEach(name -> tops.add(Path.of(name).getName(0).toString()));
        for (String top : tops) {
            Path visible = directory.resolve(top);
            if (!Files.exists(visible, LinkOption.NOFOLLOW_LINKS)) {
                Files.createSymbolicLink(visible, DATA.resolve(top));
            }
        }
        for (String old : current.keySet()) {
            String top = Path.of(old).getName(0).toString();
            if (!tops.contains(top)) {
                Files.deleteIfExists(directory.resolve(top));
            }
        }
        if (!before.equals(fresh)) {
            Trees.delete(before);
        }
        current = new TreeMap<>(files);
        generation++;
        return true;
    }
}
