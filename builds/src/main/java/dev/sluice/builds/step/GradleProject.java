package dev.sluice.builds.step;

import dev.sluice.builds.image.Application;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A Gradle project with its wrapper: compiled by the Gradle that the wrapper names, without its tests. */
final class GradleProject implements Project {
    private static final List<String> FILES =
            List.of("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts");
    private static final String WRAPPER = "gradle/wrapper/gradle-wrapper.jar";
    private static final String DEPENDENCIES = "sluice-dependencies";
    private static final String MAIN_CLASS = "sluice-main-class";
    /** Collects what the application needs at run time, and what it says is its main class. */
    private static final String INIT = """
            allprojects {
                plugins.withId('java') {
                    tasks.register('sluiceApplication', Copy) {
                        dependsOn 'classes'
                        from configurations.runtimeClasspath
                        into layout.buildDirectory.dir('%s')
                        def application = project.extensions.findByName('application')
                        def main = application == null ? null : application.mainClass.getOrNull()
                        def file = layout.buildDirectory.file('%s').get().asFile
                        doLast { if (main != null) { file.text = main } }
                    }
                }
            }
            """.formatted(DEPENDENCIES, MAIN_CLASS);

    private final StepContext context;
    private final Path directory;

    GradleProject(StepContext context, Path directory) {
        this.context = context;
        this.directory = directory;
    }

    static boolean isIn(Path directory) {
        return FILES.stream().anyMatch(name -> Files.exists(directory.resolve(name)));
    }

    @Override
    public String kind() {
        return "a Gradle project";
    }

    @Override
    public Application build() throws IOException, InterruptedException {
        var wrapper = directory.resolve(WRAPPER);
        if (!Files.exists(wrapper)) {
            throw new StepFailure(
                    "GradleWrapperMissing",
                    "the Gradle project in " + directory + " has no wrapper (" + WRAPPER
                            + "), which says what Gradle it is for");
        }
        gradle(wrapper);
        var build = directory.resolve("build");
        var classes = Files.createTempDirectory("sluice-classes");
        int found = 0;
        try (var languages =
                Files.isDirectory(build.resolve("classes")) ? Files.list(build.resolve("classes")) : null) {
            for (var language :
                    languages == null ? List.<Path>of() : languages.sorted().toList()) {
                found += copy(language.resolve("main"), classes);
            }
        }
        if (found == 0) {
            throw new StepFailure(
                    "NothingBuilt",
                    "Gradle built no classes in " + directory + ": is it the project with the application?");
        }
        copy(build.resolve("resources/main"), classes);
        return new Application.Java(
                classes,
                null,
                MainClasses.jars(build.resolve(DEPENDENCIES)),
                MainClasses.choose(context, said(build.resolve(MAIN_CLASS)), classes));
    }

    private static Optional<String> said(Path file) throws IOException {
        return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    }

    private void gradle(Path wrapper) throws IOException, InterruptedException {
        var init = Files.createTempFile("sluice", ".gradle");
        Files.writeString(init, INIT);
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-classpath",
                wrapper.toString(),
                "org.gradle.wrapper.GradleWrapperMain",
                "--no-daemon",
                "--console=plain",
                "-I",
                init.toString(),
                "sluiceApplication"));
        var builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("HOME", context.home().toString());
        context.option("cache")
                .ifPresent(cache -> builder.environment()
                        .put(
                                "GRADLE_USER_HOME",
                                Path.of(cache).resolve("gradle").toString()));
        var last = new ArrayList<String>();
        int exit = Tool.run(builder, context.out(), line -> {
            if (line.startsWith("* What went wrong:") || (!last.isEmpty() && last.size() < 3)) {
                last.add(line.strip());
            }
        });
        if (exit != 0) {
            throw new StepFailure(
                    "CompilationFailed",
                    "Gradle could not build the project: "
                            + (last.size() < 2 ? "it gave no reason" : String.join(" ", last.subList(1, last.size()))));
        }
    }

    private static int copy(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            return 0;
        }
        int copied = 0;
        try (var files = Files.walk(from)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.resolveSibling(""));
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                copied++;
            }
        }
        return copied;
    }
}
