package dev.sluice.builds.step;

import dev.sluice.builds.image.Application;
import dev.sluice.builds.image.MavenLauncher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/** A Maven project: compiled by Maven in a process of its own, without its tests. */
final class MavenProject implements Project {
    private static final String DEPENDENCIES = "sluice-dependencies";

    private final StepContext context;
    private final Path directory;

    MavenProject(StepContext context, Path directory) {
        this.context = context;
        this.directory = directory;
    }

    @Override
    public String kind() {
        return "a Maven project";
    }

    @Override
    public Application build() throws IOException, InterruptedException {
        maven();
        var target = directory.resolve("target");
        var classes = target.resolve("classes");
        if (!Files.isDirectory(classes)) {
            throw new StepFailure(
                    "NothingBuilt",
                    "Maven built no classes in " + directory + ": is it the module with the application?");
        }
        return new Application.Java(
                classes,
                null,
                MainClasses.jars(target.resolve(DEPENDENCIES)),
                MainClasses.choose(context, fromManifest(target), classes));
    }

    private void maven() throws IOException, InterruptedException {
        var command = MavenCommand.find(context);
        command.addAll(List.of("-B", "-ntp", "-Dstyle.color=never", "-Dmaven.test.skip=true"));
        context.option("cache")
                .ifPresent(cache ->
                        command.add("-Dmaven.repo.local=" + Path.of(cache).resolve("m2")));
        context.env("SLUICE_MAVEN_REPOSITORY").ifPresent(tail -> command.add("-Dmaven.repo.local.tail=" + tail));
        MavenCommand.mirror(context).ifPresent(settings -> command.addAll(List.of("-s", settings.toString())));
        command.addAll(List.of(
                "package",
                MavenLauncher.COPY_DEPENDENCIES,
                "-DincludeScope=runtime",
                "-Dmdep.prependGroupId=true",
                "-DoutputDirectory=" + directory.resolve("target").resolve(DEPENDENCIES)));
        var builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("HOME", context.home().toString());
        var errors = new MavenErrors(directory);
        if (Tool.run(builder, context.out(), errors::read) != 0) {
            throw new StepFailure("CompilationFailed", "Maven could not build the project: " + errors.sentence());
        }
    }

    /** What the project's own jar says, when its build names a main class. */
    private static Optional<String> fromManifest(Path target) {
        try {
            for (var jar : MainClasses.jars(target)) {
                var main = main(jar);
                if (main != null) {
                    return Optional.of(main);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new StepFailure("NothingBuilt", "the jar that Maven built cannot be read: " + e.getMessage(), e);
        }
    }

    private static @Nullable String main(Path jar) throws IOException {
        try (var file = new JarFile(jar.toFile())) {
            var manifest = file.getManifest();
            if (manifest == null) {
                return null;
            }
            var attributes = manifest.getMainAttributes();
            @Nullable String start = attributes.getValue("Start-Class");
            return start == null ? attributes.getValue(Attributes.Name.MAIN_CLASS) : start;
        }
    }
}
