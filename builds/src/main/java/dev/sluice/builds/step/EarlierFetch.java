package dev.sluice.builds.step;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a try to fetch a repository has left in a workspace that outlives its pod. It may have been killed at any moment, and then there are
 * locks for ever: so all that Git knows is fetched anew. The files of the source are written over.
 */
final class EarlierFetch {
    private static final String GIT = ".git";

    static void clear(Path target) throws IOException {
        var git = target.resolve(GIT);
        if (!Files.isDirectory(git)) {
            return;
        }
        for (var submodule : submodules(target)) { // a submodule is only fetched into a folder that is empty
            delete(submodule);
        }
        delete(git);
    }

    /** A submodule has a file in the place of the folder, which says where in the folder of the whole it is kept. */
    private static List<Path> submodules(Path target) throws IOException {
        var kept = target.resolve(GIT);
        var folders = new ArrayList<Path>();
        try (var files = Files.walk(target)) {
            for (var file :
                    files.filter(f -> f.endsWith(GIT) && Files.isRegularFile(f)).toList()) {
                var folder = file.resolveSibling("");
                var place = Files.readString(file).strip().replaceFirst("^gitdir: *", "");
                if (folder.resolve(place).normalize().startsWith(kept)) { // and not of another source below
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

    private EarlierFetch() {}
}
