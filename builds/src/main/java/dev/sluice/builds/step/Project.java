package dev.sluice.builds.step;

import dev.sluice.builds.image.Application;
import dev.sluice.builds.image.NativePrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Something in a directory that can be built into an image. */
interface Project {
    Application build() throws IOException, InterruptedException;

    /** What a person reads that it is. */
    String kind();

    /** A project that is there already. */
    record Found(String kind, Application application) implements Project {
        @Override
        public Application build() {
            return application;
        }
    }

    /** In this order: what somebody wrote for Jib, what has to be compiled, what is compiled, what only has to be copied. */
    static Project detect(StepContext context, Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new StepFailure("DirectoryNotFound", "the source has no directory " + directory);
        }
        if (Files.exists(directory.resolve("jib.yaml"))) {
            return new Found(
                    "jib.yaml", JibFile.read(directory.resolve("jib.yaml"), OwnFiles.around(context, directory)));
        }
        if (Files.exists(directory.resolve("pom.xml"))) {
            return new MavenProject(context, directory);
        }
        if (GradleProject.isIn(directory)) {
            return new GradleProject(context, directory);
        }
        var archives = files(
                directory, f -> f.toString().endsWith(".jar") || f.toString().endsWith(".war"));
        if (archives.size() == 1) {
            return new JavaArchive(context, archives.getFirst());
        }
        if (Files.isRegularFile(directory.resolve("index.html"))) {
            OwnFiles.around(context, directory).checkAll(directory);
            return new Found("static files", new Application.Site(directory));
        }
        var programs = programs(directory);
        if (programs.size() == 1) {
            return new Found("a native program", programs.getFirst());
        }
        throw unknown(directory, archives.size(), programs.size());
    }

    private static StepFailure unknown(Path directory, int archives, int programs) throws IOException {
        var but = new ArrayList<String>();
        if (archives > 1) {
            but.add("there are " + archives + " jars and wars");
        }
        if (programs > 1) {
            but.add("there are " + programs + " native programs");
        }
        if (Files.exists(directory.resolve("Dockerfile"))) {
            but.add("there is a Dockerfile, which a template like kaniko or buildkit builds");
        }
        return new StepFailure(
                "UnknownProject",
                "nothing that the jib template can build was found in " + directory
                        + ": looked for jib.yaml, pom.xml (Maven), build.gradle or settings.gradle (Gradle), one *.jar or *.war,"
                        + " index.html (static files) and one native program"
                        + (but.isEmpty() ? "" : ", but " + String.join(", and ", but)));
    }

    private static List<Application.Program> programs(Path directory) throws IOException {
        var programs = new ArrayList<Application.Program>();
        for (var file : files(directory, Files::isRegularFile)) {
            try {
                NativePrograms.read(file)
                        .filter(_ -> !file.toString().endsWith(".so"))
                        .ifPresent(programs::add);
            } catch (NativePrograms.MissingLibraries e) {
                throw new StepFailure("LibrariesMissing", String.valueOf(e.getMessage()), e);
            }
        }
        return programs;
    }

    private static List<Path> files(Path directory, Predicate<Path> wanted) throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(Files::isRegularFile).filter(wanted).sorted().toList();
        }
    }
}
