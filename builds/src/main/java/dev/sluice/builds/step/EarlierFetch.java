package dev.sluice.builds.step;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.util.FS;

/**
 * What a try to fetch a repository has left in a workspace that outlives its pod. It may have been killed at any moment, and then there are
 * locks for ever: so all that Git knows is fetched anew. The files that it had put there go before what lists them, since the repository may
 * have dropped some; what a step has made stays.
 */
final class EarlierFetch {
    private static final String GIT = ".git";

    private final Path workspace;
    private final Path target;
    private final Path git;

    /** @param workspace which nothing outside of is touched */
    EarlierFetch(Path workspace, Path target) {
        this.workspace = workspace;
        this.target = target;
        git = target.resolve(GIT);
    }

    void clear() throws IOException {
        if (!Files.isDirectory(git)) {
            return;
        }
        for (var submodule : submodules()) { // a submodule is only fetched into a folder that is empty
            delete(submodule);
        }
        for (var path : listed()) {
            var file = target.resolve(path).normalize();
            if (file.startsWith(target) && !file.equals(target) && reachedWithoutLinks(file)) {
                if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                        && !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                    Files.delete(file);
                }
                deleteWhileEmpty(file.resolveSibling(""));
            }
        }
        delete(git);
    }

    /** The index is written before the files it lists: see {@link GitStep}. */
    private List<String> listed() {
        try {
            var index = DirCache.read(git.resolve("index").toFile(), FS.DETECTED);
            return Stream.iterate(0, i -> i < index.getEntryCount(), i -> i + 1)
                    .map(i -> index.getEntry(i).getPathString())
                    .toList();
        } catch (IOException _) {
            return List.of(); // half written, or by a Git of a step that writes another kind
        }
    }

    /** A step may have put a link in the place of a folder. */
    private boolean reachedWithoutLinks(Path file) {
        return file.startsWith(workspace)
                && Stream.iterate(file.resolveSibling(""), at -> !at.equals(workspace), at -> at.resolveSibling(""))
                        .allMatch(at -> Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS));
    }

    private void deleteWhileEmpty(Path folder) throws IOException {
        try {
            for (var at = folder; !at.equals(target); at = at.resolveSibling("")) {
                Files.delete(at);
            }
        } catch (FileSystemException _) {
            // a step keeps something in it
        }
    }

    /** A submodule has a file in the place of the folder, which says where in the folder of the whole it is kept. */
    private List<Path> submodules() throws IOException {
        var folders = new ArrayList<Path>();
        try (var files = Files.walk(target)) {
            for (var file :
                    files.filter(f -> f.endsWith(GIT) && Files.isRegularFile(f)).toList()) {
                var folder = file.resolveSibling("");
                var place = Files.readString(file).strip().replaceFirst("^gitdir: *", "");
                if (folder.resolve(place).normalize().startsWith(git)) { // and not of another source below
                    folders.add(folder);
                }
            }
        }
        return folders;
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return; // inside of another one
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
