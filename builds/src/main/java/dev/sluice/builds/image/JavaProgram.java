package dev.sluice.builds.image;

import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A Java application as it lies in its image: jars only, as an archive of classes can hold no folders.
 *
 * @param files by their places in the image, in the order of the class path
 */
record JavaProgram(Map<String, Path> files, List<FileEntriesLayer> layers, String mainClass) {
    static final String HOME = "/app";
    private static final String LIBRARIES = HOME + "/libs/";
    private static final String JAR = HOME + "/app.jar";

    static JavaProgram lay(Application.Java application, Path scratch) throws IOException {
        var jar = application.jar();
        var classes = application.classes();
        if (jar == null && classes != null) {
            jar = Files.createDirectories(scratch).resolve("app.jar");
            ReproducibleJar.pack(classes, application.mainClass(), jar);
        }
        if (jar == null) {
            throw new IllegalArgumentException("either classes or a jar");
        }
        var files = new LinkedHashMap<String, Path>();
        files.put(JAR, jar);
        application.dependencies().forEach(d -> files.put(LIBRARIES + d.getFileName(), d));
        var layers = new ArrayList<FileEntriesLayer>();
        libraries("dependencies", application.dependencies(), false, layers);
        libraries("snapshot-dependencies", application.dependencies(), true, layers);
        layers.add(FileEntriesLayer.builder()
                .setName("application")
                .addEntry(jar, AbsoluteUnixPath.get(JAR))
                .build());
        return new JavaProgram(files, layers, application.mainClass());
    }

    String classPath() {
        return String.join(":", files.keySet());
    }

    private static void libraries(String name, List<Path> jars, boolean snapshots, List<FileEntriesLayer> layers) {
        var layer = FileEntriesLayer.builder().setName(name);
        var chosen = jars.stream()
                .filter(jar -> jar.getFileName().toString().contains("-SNAPSHOT") == snapshots)
                .toList();
        for (var jar : chosen) {
            layer.addEntry(jar, AbsoluteUnixPath.get(LIBRARIES + jar.getFileName()));
        }
        if (!chosen.isEmpty()) {
            layers.add(layer.build());
        }
    }
}
