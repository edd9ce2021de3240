package dev.sluice.kubedev.node.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** A folder that paths cannot leave: links inside it are followed as a process rooted there would follow them. */
public final class RootDirectory {

    private static final int MOST_LINKS = 40;

    private final Path root;

    public RootDirectory(Path root) {
        this.root = root;
    }

    /** Where the path is, every link followed but the last component; missing folders above it are made. */
    Path place(String path) throws IOException {
        return walk(path, true, false);
    }

    /** Where the path is, every link followed; it need not exist. */
    public Path resolve(String path) throws IOException {
        return walk(path, false, true);
    }

    private Path walk(String path, boolean make, boolean followLast) throws IOException {
        Deque<String> todo = new ArrayDeque<>(List.of(path.split("/+")));
        Path at = root;
        int links = 0;
        while (!todo.isEmpty()) {
            String name = todo.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                at = at.equals(root) ? root : up(at);
                continue;
            }
            Path next = at.resolve(name);
            boolean last = todo.stream().allMatch(String::isEmpty);
            if (Files.isSymbolicLink(next) && (!last || followLast)) {
                if (++links > MOST_LINKS) {
                    throw new IOException("too many links in " + path);
                }
                String target = Files.readSymbolicLink(next).toString();
                if (target.startsWith("/")) {
                    at = root;
                }
                List<String> parts = List.of(target.split("/+"));
                for (int i = parts.size() - 1; i >= 0; i--) {
                    todo.push(parts.get(i));
                }
                continue;
            }
            if (make && !last) {
                if (!Files.isDirectory(next, LinkOption.NOFOLLOW_LINKS)) {
                    Files.deleteIfExists(next);
                    Files.createDirectory(next);
                }
            }
            at = next;
        }
        return at;
    }

    private Path up(Path at) {
        Path parent = at.getParent();
        return parent == null ? root : parent;
    }
}
