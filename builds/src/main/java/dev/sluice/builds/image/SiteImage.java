package dev.sluice.builds.image;

import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;

/** A static site: its files without Git's in one layer, a small server in the layer below. */
final class SiteImage {
    private static final String SERVER = "/app/server.jar";
    private static final String SITE = "/app/site";

    static void build(JibContainerBuilder builder, String java, Path folder, Path scratch) throws IOException {
        var name = SiteMain.class.getName();
        var file = name.replace('.', '/') + ".class";
        var classes = Files.createDirectories(scratch.resolve("site-server"));
        var copy = classes.resolve(file);
        Files.createDirectories(copy.resolveSibling(""));
        try (var code = Objects.requireNonNull(SiteMain.class.getResourceAsStream("SiteMain.class"))) {
            Files.write(copy, code.readAllBytes());
        }
        var jar = scratch.resolve("server.jar");
        ReproducibleJar.pack(classes, name, jar);
        builder.addFileEntriesLayer(FileEntriesLayer.builder()
                        .setName("server")
                        .addEntry(jar, AbsoluteUnixPath.get(SERVER))
                        .build())
                .addFileEntriesLayer(files(folder))
                .setEntrypoint(List.of(java, "-XX:MaxRAMPercentage=70", "-cp", SERVER, name, SITE))
                .setWorkingDirectory(AbsoluteUnixPath.get("/app"));
    }

    /** Git's own are nobody's to read, and tell when the source was fetched: they would make another image each time. */
    private static FileEntriesLayer files(Path folder) throws IOException {
        var site = RuntimeLayers.tree("site", folder, SITE);
        var git = Path.of(".git");
        return site.toBuilder()
                .setEntries(site.getEntries().stream()
                        .filter(entry -> StreamSupport.stream(
                                        folder.relativize(entry.getSourceFile()).spliterator(), false)
                                .noneMatch(git::equals))
                        .toList())
                .build();
    }

    private SiteImage() {}
}
