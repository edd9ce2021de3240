package dev.sluice.builds.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A Maven repository with what a plain Maven project needs, so that it is built without any network: made by building such a project
 * against this machine's own repository, and with the network only where that does not suffice.
 */
final class SeededRepository {
    private static final int MINUTES = 5;

    static void make(Path javaHome, Path mavenHome, Path target, Consumer<String> progress) throws IOException {
        var project = Files.createTempDirectory("sluice-seed");
        try (var pom = Objects.requireNonNull(SeededRepository.class.getResourceAsStream("seed/pom.xml"))) {
            Files.copy(pom, project.resolve("pom.xml"));
        }
        var source = Files.createDirectories(project.resolve("src/main/java")).resolve("Seed.java");
        Files.writeString(source, "class Seed {}\n");
        var settings = project.resolve("settings.xml");
        var known = Path.of(System.getProperty("user.home"), ".m2", "repository");
        Files.writeString(settings, """
                <settings><mirrors><mirror><id>known</id><mirrorOf>*</mirrorOf><url>%s</url></mirror></mirrors></settings>
                """.formatted(known.toUri()));
        try {
            if (!build(javaHome, mavenHome, project, target, List.of("-s", settings.toString()))) {
                progress.accept("Fetching the plugins of plain Maven projects.");
                if (!build(javaHome, mavenHome, project, target, List.of())) {
                    throw new IOException("the plugins of plain Maven projects could not be had: "
                            + Files.readString(project.resolve("log"))
                                    .lines()
                                    .filter(line -> line.contains("ERROR"))
                                    .findFirst()
                                    .orElse("no reason given"));
                }
            }
            forgetOrigins(target);
        } finally {
            delete(project);
        }
    }

    private static boolean build(Path javaHome, Path mavenHome, Path project, Path repository, List<String> more)
            throws IOException {
        var command = MavenLauncher.command(javaHome, mavenHome, project);
        command.addAll(more);
        command.addAll(List.of(
                "-B",
                "-ntp",
                "-Dmaven.test.skip=true",
                "-Dmaven.repo.local=" + repository,
                "package",
                MavenLauncher.COPY_DEPENDENCIES));
        var builder = new ProcessBuilder(command)
                .directory(project.toFile())
                .redirectErrorStream(true)
                .redirectOutput(project.resolve("log").toFile());
        builder.environment().put("JAVA_HOME", javaHome.toString());
        var process = builder.start();
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("seeding the Maven repository was interrupted", e);
        }
    }

    /** Where a file came from would bind it to this machine's mirror, and times of downloads would change the layer. */
    private static void forgetOrigins(Path repository) throws IOException {
        try (var files = Files.walk(repository)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var name = file.getFileName().toString();
                if (name.equals("_remote.repositories")
                        || name.endsWith(".lastUpdated")
                        || name.equals("resolver-status.properties")) {
                    Files.delete(file);
                }
            }
        }
    }

    static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private SeededRepository() {}
}
