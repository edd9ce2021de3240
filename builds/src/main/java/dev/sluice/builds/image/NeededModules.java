package dev.sluice.builds.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipFile;

/** Which modules of a JDK an application needs, as far as its class files say; asked of jdeps. */
sealed interface NeededModules {
    /**
     * What programs find by a name while they run, so that no class file says it: formats of other languages than English and rare
     * character sets, file systems in archives, DNS and JNDI, what measures and instruments, Unsafe, and the options of sockets. What is
     * missing of it is noticed late, or not at all but by another format of a date.
     */
    List<String> BY_NAME = List.of(
            "java.base",
            "java.instrument",
            "java.logging",
            "java.management",
            "java.naming",
            "jdk.charsets",
            "jdk.localedata",
            "jdk.management",
            "jdk.naming.dns",
            "jdk.net",
            "jdk.unsupported",
            "jdk.zipfs");

    int SECONDS = 120;

    /** @param names sorted */
    record Known(List<String> names) implements NeededModules {
        public Known {
            names = List.copyOf(names);
        }
    }

    /** @param why what follows "because" */
    record Unknown(String why) implements NeededModules {}

    /**
     * What the jars refer to, and what is found by name. Classes that are missing need nothing.
     *
     * @param scratch a folder for what is made on the way
     */
    static NeededModules of(Path jdk, Collection<Path> jars, Path scratch) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                jdk.resolve("bin/jdeps").toString(),
                "--multi-release",
                String.valueOf(Runtime.version().feature()),
                "--ignore-missing-deps",
                "--print-module-deps"));
        var folder = Files.createDirectories(scratch.resolve("jdeps"));
        for (var jar : jars) { // numbered: libraries of different places may have the same name
            command.add(unnamed(jar, folder.resolve(command.size() + ".jar")).toString());
        }
        var said = folder.resolve("said");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                return new Unknown("jdeps took longer than " + SECONDS + " seconds");
            }
        } finally {
            process.destroyForcibly();
        }
        var lines = Files.readString(said, StandardCharsets.UTF_8)
                .lines()
                .filter(l -> !l.isBlank())
                .toList();
        var last = lines.isEmpty() ? "" : lines.getLast().strip();
        if (process.exitValue() != 0 || !last.matches("[\\w.]+(,[\\w.]+)*")) {
            return new Unknown("jdeps cannot tell its modules" + (last.isEmpty() ? "" : ": " + last));
        }
        var names = new TreeSet<>(BY_NAME);
        names.addAll(List.of(last.split(",")));
        return new Known(List.copyOf(names));
    }

    /** As it is on a class path: no module, whose own dependencies would all have to be there. */
    private static Path unnamed(Path jar, Path copy) throws IOException {
        try (var from = ZipFile.builder().setPath(jar).get()) {
            var entries = new ArrayList<org.apache.commons.compress.archivers.zip.ZipArchiveEntry>();
            from.getEntriesInPhysicalOrder().asIterator().forEachRemaining(entries::add);
            if (entries.stream().noneMatch(e -> e.getName().endsWith("module-info.class"))) {
                return jar;
            }
            try (var to = new ZipArchiveOutputStream(copy)) {
                for (var entry : entries) {
                    if (!entry.getName().endsWith("module-info.class")) {
                        to.addRawArchiveEntry(entry, from.getRawInputStream(entry));
                    }
                }
            }
            return copy;
        }
    }
}
