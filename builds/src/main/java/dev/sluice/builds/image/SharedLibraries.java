package dev.sluice.builds.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The libraries of this machine that programs load: what a container needs beside the programs. */
final class SharedLibraries {
    private static final List<String> MULTIARCH = List.of("x86_64-linux-gnu", "aarch64-linux-gnu");
    /** Loaded by name while running: name services and the like. */
    private static final List<String> BY_NAME =
            List.of("libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2", "libutil.so.1");

    /** Paths as the programs name them, links not followed; what is not there is left out. */
    static Set<Path> of(Collection<Path> programs) throws IOException {
        var found = new TreeSet<Path>();
        var queue = new ArrayDeque<>(programs);
        for (var name : BY_NAME) {
            find(name, List.of(), Path.of("/")).ifPresent(library -> {
                found.add(library);
                queue.add(library);
            });
        }
        while (!queue.isEmpty()) {
            var file = queue.remove();
            var elf = ElfFile.read(file);
            if (elf.isEmpty()) {
                continue;
            }
            elf.get().interpreter().map(Path::of).filter(Files::exists).ifPresent(loader -> {
                if (found.add(loader)) {
                    queue.add(loader);
                }
            });
            for (var name : elf.get().needed()) {
                find(name, elf.get().runPath(), file.toAbsolutePath().resolveSibling(""))
                        .ifPresent(library -> {
                            if (found.add(library)) {
                                queue.add(library);
                            }
                        });
            }
        }
        return found;
    }

    /** The program itself travels by another way: only what the system provides is of interest. */
    private static Optional<Path> find(String name, List<String> runPath, Path origin) {
        for (var path : runPath) {
            if (Files.exists(Path.of(path.replace("$ORIGIN", origin.toString())).resolve(name))) {
                return Optional.empty();
            }
        }
        if (Files.exists(origin.resolve(name)) && !isSystem(origin)) {
            return Optional.empty();
        }
        for (var architecture : MULTIARCH) {
            for (var root : List.of("/lib/", "/usr/lib/")) {
                var candidate = Path.of(root + architecture, name);
                if (Files.exists(candidate)) {
                    return Optional.of(candidate);
                }
            }
        }
        return List.of("/lib64", "/usr/lib64", "/lib", "/usr/lib").stream()
                .map(root -> Path.of(root, name))
                .filter(Files::exists)
                .findFirst();
    }

    private static boolean isSystem(Path folder) {
        return folder.startsWith("/lib")
                || folder.startsWith("/usr/lib/x86_64-linux-gnu")
                || folder.startsWith("/lib64");
    }

    private SharedLibraries() {}
}
