package dev.sluice.activities.build;

import dev.sluice.workflows.build.BuildActivities.StepRef;
import dev.sluice.workflows.build.BuildRef;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The logs of builds in files, so that they outlive their pods: {@code namespace/build/uid/NN-container.log}, for a step that was
 * tried again {@code NN-container@2.log} beside it. Bounded: of a step the end is kept, of the builds the newest.
 */
public final class LogArchive {
    private static final int COPY = 64 * 1024;

    private final Path directory;
    private final int maxBytesPerStep;
    private final int maxBuilds;

    public LogArchive(Path directory) {
        this(directory, 4 * 1024 * 1024, 500);
    }

    public LogArchive(Path directory, int maxBytesPerStep, int maxBuilds) {
        this.directory = directory;
        this.maxBytesPerStep = maxBytesPerStep;
        this.maxBuilds = maxBuilds;
    }

    /**
     * Replaces what was kept of the step in the same pod before.
     *
     * @return whether it is the first that is kept of the build
     */
    boolean keep(StepRef step, InputStream log) throws IOException {
        var folder = folder(step.build());
        var container = step.container();
        boolean first = !Files.isDirectory(folder);
        Files.createDirectories(folder);
        var which = step.attempt() == 0 ? "" : "@" + (step.attempt() + 1);
        var target = folder.resolve("%02d-%s%s.log".formatted(step.index(), container, which));
        var partial = Files.createTempFile(folder, container, ".partial");
        try {
            Files.write(partial, tail(log));
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
        if (first) {
            forgetOldest();
        }
        return first;
    }

    /** Nobody can ask for the logs of a Build that was deleted. */
    void forgetAllBut(Supplier<Set<String>> uids) throws IOException {
        var before = builds(); // what comes later is not among those that are asked for
        var there = uids.get();
        for (var build : before) {
            if (!there.contains(build.getFileName().toString())) {
                forget(build);
            }
        }
    }

    /** The kept logs in the order of the steps. */
    public List<Path> steps(BuildRef build) {
        var folder = folder(build);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".log")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("listing the logs of build " + build, e);
        }
    }

    /** The container that a kept log is of. */
    public static String container(Path file) {
        var name = named(file);
        return name.contains("@") ? name.substring(0, name.indexOf('@')) : name;
    }

    /** The number of the pod that a kept log is of, from 0. */
    static int attempt(Path file) {
        var name = named(file);
        return name.contains("@") ? Integer.parseInt(name.substring(name.indexOf('@') + 1)) - 1 : 0;
    }

    private static String named(Path file) {
        var name = file.getFileName().toString();
        return name.substring(name.indexOf('-') + 1, name.length() - ".log".length());
    }

    private byte[] tail(InputStream log) throws IOException {
        var buffer = new byte[maxBytesPerStep];
        var chunk = new byte[COPY];
        long total = 0;
        for (int read = log.read(chunk); read >= 0; read = log.read(chunk)) {
            for (int i = 0; i < read; i++) {
                buffer[(int) ((total + i) % maxBytesPerStep)] = chunk[i];
            }
            total += read;
        }
        if (total <= maxBytesPerStep) {
            return java.util.Arrays.copyOf(buffer, (int) total);
        }
        var notice = ("[" + (total - maxBytesPerStep) + " bytes before this were not kept]\n")
                .getBytes(StandardCharsets.UTF_8);
        var result = new byte[notice.length + maxBytesPerStep];
        System.arraycopy(notice, 0, result, 0, notice.length);
        int start = (int) (total % maxBytesPerStep);
        System.arraycopy(buffer, start, result, notice.length, maxBytesPerStep - start);
        System.arraycopy(buffer, 0, result, notice.length + maxBytesPerStep - start, start);
        return result;
    }

    private Path folder(BuildRef build) {
        return directory.resolve(build.namespace()).resolve(build.name()).resolve(build.uid());
    }

    private void forgetOldest() throws IOException {
        var builds = builds();
        for (var old : builds.subList(Math.min(maxBuilds, builds.size()), builds.size())) {
            forget(old);
        }
    }

    /** Their folders, newest first. */
    private List<Path> builds() throws IOException {
        try (var found = Files.find(directory, 3, (path, attributes) -> attributes.isDirectory())) {
            return found.filter(path -> directory.relativize(path).getNameCount() == 3)
                    .sorted(Comparator.comparing(LogArchive::modified).reversed())
                    .toList();
        }
    }

    /** And the folders of its name and namespace, when nothing else is in them. */
    private void forget(Path build) throws IOException {
        try (var files = Files.list(build)) {
            for (var file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        for (var folder = build; !folder.equals(directory); folder = folder.resolveSibling("")) {
            try {
                Files.deleteIfExists(folder);
            } catch (DirectoryNotEmptyException _) {
                return;
            }
        }
    }

    private static java.nio.file.attribute.FileTime modified(Path path) {
        try {
            return Files.getLastModifiedTime(path);
        } catch (IOException e) {
            return java.nio.file.attribute.FileTime.fromMillis(0);
        }
    }
}
