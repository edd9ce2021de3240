package dev.sluice.builds.step;

import com.google.cloud.tools.jib.api.MainClassFinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which class of a project is started: what the template was told, what the project says, else the only one with a main method. */
final class MainClasses {
    static String choose(StepContext context, Optional<String> said, Path classes) throws IOException {
        var given = context.option("main-class").or(() -> said);
        if (given.isPresent()) {
            return given.get();
        }
        var files = new ArrayList<Path>();
        try (var all = Files.walk(classes)) {
            all.filter(f -> f.toString().endsWith(".class")).sorted().forEach(files::add);
        }
        var result = MainClassFinder.find(files, event -> context.out().println(event.getMessage()));
        return switch (result.getType()) {
            case MAIN_CLASS_FOUND -> result.getFoundMainClass();
            case MAIN_CLASS_NOT_FOUND ->
                throw new StepFailure("NoMainClass", "the project has no class with a main method");
            case MULTIPLE_MAIN_CLASSES ->
                throw new StepFailure(
                        "ManyMainClasses",
                        "the project has several main classes (" + String.join(", ", result.getFoundMainClasses())
                                + "): name one by the template's argument MAIN_CLASS or in the manifest of its jar");
        };
    }

    static List<Path> jars(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".jar")).sorted().toList();
        }
    }

    private MainClasses() {}
}
