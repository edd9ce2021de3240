package dev.sluice.builds.image;

import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The image with nothing but a linked Java runtime, the few files of the C library that it loads, and a shell where there is one. */
final class RuntimeLayers {
    static final String HOME = "/opt/java";
    static final String JAVA = HOME + "/bin/java";
    private static final Path SHELL = Path.of("/bin/sh");

    static JibContainerBuilder image(Path runtime, Path scratch) throws IOException {
        return Jib.fromScratch()
                .addFileEntriesLayer(system(runtime, scratch))
                .addFileEntriesLayer(tree("runtime", runtime, HOME))
                .setEnvironment(Map.of("PATH", HOME + "/bin:/usr/bin:/bin", "JAVA_HOME", HOME, "LANG", "C.UTF-8"))
                .setEntrypoint(List.of(JAVA));
    }

    private static FileEntriesLayer system(Path runtime, Path scratch) throws IOException {
        var programs = new ArrayList<Path>();
        try (var files = Files.walk(runtime)) {
            files.filter(Files::isRegularFile)
                    .filter(f -> runtime.relativize(f).startsWith("bin")
                            || f.toString().endsWith(".so"))
                    .forEach(programs::add);
        }
        var layer = FileEntriesLayer.builder().setName("system");
        if (Files.exists(SHELL)) {
            programs.add(SHELL);
            add(layer, SHELL, SHELL.toString(), "755");
        }
        for (var library : SharedLibraries.of(programs)) {
            add(layer, library, library.toString(), "755");
        }
        var files = Map.of(
                "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnonroot:x:65532:65532:nonroot:/tmp:/bin/sh\n",
                "/etc/group", "root:x:0:\nnonroot:x:65532:\n",
                "/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
        var etc = Files.createDirectories(scratch.resolve("etc"));
        for (var name : List.of("/etc/passwd", "/etc/group", "/etc/nsswitch.conf")) {
            var file = etc.resolve(Path.of(name).getFileName());
            Files.writeString(file, files.getOrDefault(name, ""));
            add(layer, file, name, "644");
        }
        layer.addEntry(
                Files.createDirectories(scratch.resolve("empty")),
                AbsoluteUnixPath.get("/tmp"),
                FilePermissions.fromOctalString("777"));
        return layer.build();
    }

    /** A whole folder; what is executable stays so. */
    static FileEntriesLayer tree(String name, Path folder, String target) throws IOException {
        var layer = FileEntriesLayer.builder().setName(name);
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                add(layer, file, target + "/" + folder.relativize(file), Files.isExecutable(file) ? "755" : "644");
            }
        }
        return layer.build();
    }

    static void add(FileEntriesLayer.Builder layer, Path file, String target, String mode) {
        layer.addEntry(file, AbsoluteUnixPath.get(target), FilePermissions.fromOctalString(mode));
    }

    private RuntimeLayers() {}
}
