package dev.sluice.builds.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** Packs a folder into a jar whose bytes depend on the files' names and contents only. */
final class ReproducibleJar {
    private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0, 0);

    static void pack(Path folder, String mainClass, Path jar) throws IOException {
        try (var out = new JarOutputStream(Files.newOutputStream(jar));
                var walk = Files.walk(folder)) {
            var manifest = new Manifest();
            manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
            manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, mainClass);
            out.putNextEntry(entry("META-INF/MANIFEST.MF"));
            manifest.write(out);
            out.closeEntry();
            for (var file : walk.filter(Files::isRegularFile).sorted().toList()) {
                var name = folder.relativize(file).toString().replace('\\', '/');
                if (!name.equals("META-INF/MANIFEST.MF")) {
                    out.putNextEntry(entry(name));
                    Files.copy(file, out);
                    out.closeEntry();
                }
            }
        }
    }

    private static ZipEntry entry(String name) {
        var entry = new ZipEntry(name);
        entry.setTimeLocal(EPOCH);
        return entry;
    }

    private ReproducibleJar() {}
}
