package dev.sluice.builds.image;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A Java runtime with the modules that one application needs, instead of the one that all share. Applications with the same modules have the
 * same layer.
 */
public final class CutRuntime {
    private final Path jdk;
    private final List<String> added;
    private final Path kept;
    private final Consumer<String> progress;

    /**
     * @param jdk one with jdeps and jlink
     * @param added modules besides those that are found
     * @param kept a folder for what was linked, which builds may share
     */
    public CutRuntime(Path jdk, List<String> added, Path kept, Consumer<String> progress) {
        this.jdk = jdk;
        this.added = List.copyOf(added);
        this.kept = kept;
        this.progress = progress;
    }

    /** Whether a runtime can be linked from it. */
    public static boolean isJdk(Path home) {
        return Files.isExecutable(home.resolve("bin/jlink")) && Files.isExecutable(home.resolve("bin/jdeps"));
    }

    /** Those of the names that the JDK has no module of. */
    public static List<String> unknown(Path jdk, List<String> names) throws IOException {
        var release = Files.readString(jdk.resolve("release"));
        var modules = release.lines()
                .filter(line -> line.startsWith("MODULES="))
                .map(line -> line.substring("MODULES=".length()).replace("\"", ""))
                .flatMap(line -> List.of(line.split(" ")).stream())
                .toList();
        return names.stream().filter(name -> !modules.contains(name)).toList();
    }

    /**
     * Where it cannot be told or linked, {@code shared}, after a line that says why.
     *
     * @param shared the runtime with all modules
     */
    public ApplicationImage.Base base(Application.Java application, ApplicationImage.Base shared, Path scratch)
            throws IOException, InterruptedException {
        var files = JavaProgram.lay(application, scratch).files().values();
        return switch (NeededModules.of(jdk, files, scratch)) {
            case NeededModules.Unknown(String why) -> {
                progress.accept(whole(why));
                yield shared;
            }
            case NeededModules.Known(List<String> found) -> {
                Set<String> names = new TreeSet<>(found);
                names.addAll(added);
                var modules = List.copyOf(names);
                progress.accept("The Java runtime has the modules " + String.join(", ", modules) + ".");
                yield new ApplicationImage.Base(
                        () -> make(modules, shared, scratch),
                        Optional.of(ImageKeys.runtime(jdk, modules)),
                        RuntimeLayers.JAVA,
                        true,
                        false);
            }
        };
    }

    private ApplicationImage.Base.Made make(List<String> modules, ApplicationImage.Base shared, Path scratch)
            throws IOException, InterruptedException {
        Path runtime;
        try {
            runtime = linked(modules);
        } catch (IOException e) {
            progress.accept(whole(String.valueOf(e.getMessage())));
            var made = shared.making().make();
            return new ApplicationImage.Base.Made(made.builder(), made.runtime(), false);
        }
        return new ApplicationImage.Base.Made(RuntimeLayers.image(runtime, scratch), Optional.of(runtime), true);
    }

    /** Made beside its place and moved there, so that what is there is whole, whoever else makes it. */
    private Path linked(List<String> modules) throws IOException {
        var place = kept.resolve("java-" + ImageKeys.runtime(jdk, modules));
        if (Files.isDirectory(place)) {
            Files.setLastModifiedTime(place, FileTime.from(Instant.now())); // it is of use
            return place;
        }
        long began = System.nanoTime();
        var partial = Files.createTempDirectory(Files.createDirectories(kept), "partial");
        try {
            var made = partial.resolve("java");
            LinkedRuntime.link(jdk, modules, made);
            Files.move(made, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(place)) { // another build was faster
                throw e;
            }
        } finally {
            SeededRepository.delete(partial);
        }
        Leftovers.delete(kept, kept.resolve("layers"));
        progress.accept("Linked a Java runtime in %d ms.".formatted((System.nanoTime() - began) / 1_000_000));
        return place;
    }

    private static String whole(String why) {
        return "The whole Java runtime is used, because "
                + why.lines().findFirst().orElse("").strip() + ".";
    }
}
