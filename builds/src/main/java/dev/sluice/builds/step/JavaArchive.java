package dev.sluice.builds.step;

import dev.sluice.builds.image.Application;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * One jar or war. A jar of Spring Boot is taken apart, its libraries beside its classes: so they are layers of their own, and it starts
 * without Spring Boot's loader.
 */
final class JavaArchive implements Project {
    private static final String JETTY = "/var/lib/jetty/webapps/ROOT";
    private static final String TOMCAT = "/usr/local/tomcat/webapps/ROOT";
    private static final String BOOT_CLASSES = "BOOT-INF/classes/";
    private static final String BOOT_LIBRARIES = "BOOT-INF/lib/";
    private static final String BOOT_ORDER = "BOOT-INF/classpath.idx";

    private final StepContext context;
    private final Path file;

    JavaArchive(StepContext context, Path file) {
        this.context = context;
        this.file = file;
    }

    @Override
    public String kind() {
        return file.toString().endsWith(".war") ? "a war" : "a jar";
    }

    @Override
    public Application build() throws IOException {
        try (var archive = new JarFile(file.toFile())) {
            var manifest = archive.getManifest();
            var attributes = manifest == null ? new Attributes() : manifest.getMainAttributes();
            var main = attributes.getValue(Attributes.Name.MAIN_CLASS);
            var start = attributes.getValue("Start-Class");
            boolean war = file.toString().endsWith(".war");
            if (!war && start != null && archive.getEntry(BOOT_CLASSES) != null) {
                return springBoot(archive, start);
            }
            if (war && main == null) {
                return web(archive);
            }
            if (war) {
                return new Application.Archive(file);
            }
            var chosen = context.option("main-class").orElse(main);
            if (chosen == null) {
                throw new StepFailure("NoMainClass", file.getFileName() + " names no Main-Class in its manifest");
            }
            return new Application.Java(null, file, beside(attributes), chosen);
        }
    }

    /** The libraries that the manifest names, where they are there. */
    private List<Path> beside(Attributes attributes) {
        var classPath = attributes.getValue(Attributes.Name.CLASS_PATH);
        if (classPath == null) {
            return List.of();
        }
        return List.of(classPath.trim().split("\\s+")).stream()
                .filter(name -> name.endsWith(".jar") && !name.contains(":"))
                .map(file::resolveSibling)
                .filter(Files::isRegularFile)
                .toList();
    }

    private Application springBoot(JarFile archive, String start) throws IOException {
        var folder = Files.createTempDirectory("sluice-boot");
        var classes = Files.createDirectories(folder.resolve("classes"));
        var libraries = new ArrayList<Path>();
        for (var entry : archive.stream().filter(e -> !e.isDirectory()).toList()) {
            var name = entry.getName();
            if (name.startsWith(BOOT_CLASSES)) {
                extract(archive, entry, classes, name.substring(BOOT_CLASSES.length()));
            } else if (name.startsWith(BOOT_LIBRARIES)) {
                libraries.add(extract(archive, entry, folder.resolve("lib"), name.substring(BOOT_LIBRARIES.length())));
            } else if (name.startsWith("META-INF/")
                    && !name.equals("META-INF/MANIFEST.MF")
                    && !name.startsWith("META-INF/services/")) {
                extract(archive, entry, classes, name);
            }
        }
        var order = order(archive.getEntry(BOOT_ORDER), archive);
        libraries.sort(java.util.Comparator.comparingInt((Path library) -> {
                    int place = order.indexOf(library.getFileName().toString());
                    return place < 0 ? Integer.MAX_VALUE : place;
                })
                .thenComparing(library -> library.getFileName().toString()));
        return new Application.Java(
                classes, null, libraries, context.option("main-class").orElse(start));
    }

    /** The names of the libraries in the order in which Spring Boot's loader would look into them. */
    private static List<String> order(@Nullable ZipEntry index, JarFile archive) throws IOException {
        if (index == null) {
            return List.of();
        }
        try (var in = archive.getInputStream(index)) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.replaceFirst("^- \"", "")
                            .replaceFirst("\"$", "")
                            .replaceFirst(".*/", ""))
                    .toList();
        }
    }

    private Application web(JarFile archive) throws IOException {
        var base = context.option("base").orElse("jlink");
        if (base.equals("jlink")) {
            throw new StepFailure(
                    "ServletContainerMissing",
                    file.getFileName()
                            + " is a war that does not start by itself: name an image with a servlet container"
                            + " (Jetty or Tomcat) as BASE");
        }
        var folder = Files.createTempDirectory("sluice-war");
        for (var entry : archive.stream().filter(e -> !e.isDirectory()).toList()) {
            extract(archive, entry, folder, entry.getName());
        }
        return new Application.Web(folder, base.contains("tomcat") ? TOMCAT : JETTY);
    }

    private static Path extract(JarFile archive, ZipEntry entry, Path folder, String name) throws IOException {
        var target = folder.resolve(name).normalize();
        if (!target.startsWith(folder)) {
            throw new StepFailure("BadArchive", "the archive has an entry outside of itself: " + entry.getName());
        }
        Files.createDirectories(target.resolveSibling(""));
        try (var in = archive.getInputStream(entry)) {
            Files.copy(in, target, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        return target;
    }
}
