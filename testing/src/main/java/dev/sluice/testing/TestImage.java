package dev.sluice.testing;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.Port;
import dev.sluice.testing.ask.Ask;
import dev.sluice.testing.http2.Http2App;
import dev.sluice.testing.probe.ProbeApp;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Images for tests, made of this machine's files and pushed to a registry over plain http. Layers are reproducible, so a
 * second push sends nothing.
 */
public final class TestImage {
    private static final FilePermissions PROGRAM = FilePermissions.fromOctalString("755");
    private static final Pattern HTTP2_LIBRARIES = Pattern.compile(
            "(netty-(buffer|codec-base|codec-http|codec-http2|common|handler|resolver|transport|transport-native-unix-common)-\\d"
                    + "|grpc-(api|context|core|netty-shaded|stub|util)-\\d|guava-\\d|failureaccess-|perfmark-).*\\.jar");

    /** Pushes {@link dev.sluice.testing.echo.Echo} on a runtime linked for it. {@code reference} is host:port/name:tag. */
    public static String pushEcho(String reference, Path cache) {
        var runtime = runtime(cache, "runtime", "java.base,jdk.httpserver");
        var libraries = SharedLibraries.of(List.of(
                runtime.resolve("bin/java"),
                runtime.resolve("lib/server/libjvm.so"),
                runtime.resolve("lib/libnet.so")));
        try {
            var classes = FileEntriesLayer.builder().setName("classes");
            var main = dev.sluice.testing.echo.Echo.class;
            var file = cache.resolve("Echo.class");
            try (var in = main.getResourceAsStream("Echo.class")) {
                Files.write(file, java.util.Objects.requireNonNull(in).readAllBytes());
            }
            classes.addEntry(file, AbsoluteUnixPath.get("/app/" + main.getName().replace('.', '/') + ".class"));
            var layers = List.of(
                    tree("runtime", runtime, "/opt/java"),
                    files("libraries", libraries),
                    classes.build(),
                    system(cache));
            return push(
                    reference,
                    layers,
                    List.of(
                            "/opt/java/bin/java",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xshare:auto",
                            "-cp",
                            "/app",
                            main.getName()),
                    Map.of("PATH", "/opt/java/bin"),
                    Set.of(Port.tcp(8080)),
                    "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Pushes {@link ProbeApp} as user 65532, with {@code cat}, on a runtime whose class data archive lets it start in about a tenth of a second.
     * {@code message} is what it says when nothing else is asked; two messages make two images.
     */
    public static String pushProbe(String reference, Path cache, String message) {
        var cat = Path.of("/bin/cat");
        try {
            var programs = FileEntriesLayer.builder()
                    .setName("programs")
                    .addEntry(cat, AbsoluteUnixPath.get("/bin/cat"), PROGRAM)
                    .build();
            return pushProgram(
                    reference,
                    cache,
                    ProbeApp.class,
                    List.of(programs),
                    Map.of("PATH", "/opt/java/bin:/bin", "MESSAGE", message));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Pushes {@link Http2App} as user 65532, with the libraries that it needs of this JVM's class path. */
    public static String pushHttp2(String reference, Path cache) {
        var libraries = FileEntriesLayer.builder().setName("jars");
        Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(System.getProperty("java.class.path"))
                .map(Path::of)
                .filter(jar ->
                        HTTP2_LIBRARIES.matcher(jar.getFileName().toString()).matches())
                .forEach(jar -> libraries.addEntry(
                        jar,
                        AbsoluteUnixPath.get("/app/lib/" + jar.getFileName()),
                        FilePermissions.fromOctalString("644")));
        try {
            return pushProgram(
                    reference, cache, Http2App.class, List.of(libraries.build()), Map.of("PATH", "/opt/java/bin"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Pushes {@link Ask} as user 65532. */
    public static String pushAsk(String reference, Path cache) {
        try {
            return pushProgram(reference, cache, Ask.class, List.of(), Map.of("PATH", "/opt/java/bin"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String pushProgram(
            String reference, Path cache, Class<?> main, List<FileEntriesLayer> more, Map<String, String> environment)
            throws IOException {
        var runtime = runtime(
                cache,
                "small-runtime",
                "java.base,java.logging,java.management,java.naming,jdk.unsupported",
                "--generate-cds-archive");
        var libraries = SharedLibraries.of(List.of(
                Path.of("/bin/cat"),
                runtime.resolve("bin/java"),
                runtime.resolve("lib/server/libjvm.so"),
                runtime.resolve("lib/libnet.so")));
        var layers = new ArrayList<>(List.of(
                tree("runtime", runtime, "/opt/java"),
                files("libraries", libraries),
                tree("classes", classes(main), "/app/" + main.getPackageName().replace('.', '/')),
                system(cache)));
        layers.addAll(more);
        return push(
                reference,
                layers,
                List.of(
                        "/opt/java/bin/java",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx64m",
                        "-cp",
                        "/app:/app/lib/*",
                        main.getName()),
                environment,
                Set.of(Port.tcp(8080)),
                "65532:65532");
    }

    /** The folder with the class files of {@code main}'s package, copied out where they are in a jar. */
    private static Path classes(Class<?> main) throws IOException {
        try {
            var source =
                    main.getProtectionDomain().getCodeSource().getLocation().toURI();
            var name = main.getPackageName().replace('.', '/');
            var path = Path.of(source);
            if (Files.isDirectory(path)) {
                return path.resolve(name);
            }
            var copy = Files.createTempDirectory("probe-classes");
            try (var jar = FileSystems.newFileSystem(path);
                    var files = Files.list(jar.getPath(name))) {
                for (var file : files.toList()) {
                    Files.copy(file, copy.resolve(file.getFileName().toString()));
                }
            }
            return copy;
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    /** Pushes an image with a shell and the usual small programs of this machine. */
    public static String pushShell(String reference, Path cache) {
        var programs = new ArrayList<Path>();
        for (var name : List.of(
                "sh",
                "cat",
                "sleep",
                "echo",
                "env",
                "id",
                "ls",
                "pwd",
                "head",
                "touch",
                "mkdir",
                "chmod",
                "rm",
                "hostname",
                "true",
                "false",
                "stat",
                "sort",
                "date",
                "wc",
                "grep",
                "dd",
                "kill",
                "mv",
                "cp",
                "ln",
                "uname",
                "test")) {
            for (var folder : List.of("/usr/bin", "/bin")) {
                var path = Path.of(folder, name);
                if (Files.isExecutable(path)) {
                    programs.add(path);
                    break;
                }
            }
        }
        var layer = FileEntriesLayer.builder().setName("programs");
        for (var program : programs) {
            layer.addEntry(program, AbsoluteUnixPath.get("/bin/" + program.getFileName()), PROGRAM);
        }
        try {
            return push(
                    reference,
                    List.of(layer.build(), files("libraries", SharedLibraries.of(programs)), system(cache)),
                    List.of("/bin/sh"),
                    Map.of("PATH", "/bin"),
                    Set.of(),
                    "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String push(
            String reference,
            List<FileEntriesLayer> layers,
            List<String> entrypoint,
            Map<String, String> environment,
            Set<Port> ports,
            String user)
            throws IOException {
        try {
            var container = Jib.fromScratch()
                    .setFileEntriesLayers(layers)
                    .setEntrypoint(entrypoint)
                    .setEnvironment(environment)
                    .setExposedPorts(ports)
                    .setUser(user.isEmpty() ? null : user)
                    .containerize(Containerizer.to(RegistryImage.named(reference))
                            .setAllowInsecureRegistries(true)
                            .setToolName("sluice-tests"));
            return container.getDigest().toString();
        } catch (InvalidImageReferenceException e) {
            throw new IllegalArgumentException(reference, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while pushing " + reference, e);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("pushing " + reference + ": " + e.getMessage(), e);
        }
    }

    /** Files that programs expect: users, a writable /tmp. */
    private static FileEntriesLayer system(Path cache) throws IOException {
        var passwd = Files.writeString(
                cache.resolve("passwd"), "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n");
        var group = Files.writeString(cache.resolve("group"), "root:x:0:\nnogroup:x:65534:\n");
        var empty = Files.createDirectories(cache.resolve("empty"));
        return FileEntriesLayer.builder()
                .setName("system")
                .addEntry(passwd, AbsoluteUnixPath.get("/etc/passwd"))
                .addEntry(group, AbsoluteUnixPath.get("/etc/group"))
                .addEntry(empty, AbsoluteUnixPath.get("/tmp"), FilePermissions.fromOctalString("777"))
                .addEntry(empty, AbsoluteUnixPath.get("/root"), FilePermissions.fromOctalString("700"))
                .build();
    }

    private static FileEntriesLayer files(String name, Collection<Path> files) {
        var layer = FileEntriesLayer.builder().setName(name);
        files.forEach(file -> layer.addEntry(file, AbsoluteUnixPath.get(file.toString()), PROGRAM));
        return layer.build();
    }

    private static FileEntriesLayer tree(String name, Path folder, String target) throws IOException {
        var layer = FileEntriesLayer.builder().setName(name);
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                var permissions = Files.isExecutable(file) ? PROGRAM : FilePermissions.fromOctalString("644");
                layer.addEntry(file, AbsoluteUnixPath.get(target + "/" + folder.relativize(file)), permissions);
            }
        }
        return layer.build();
    }

    /** A runtime of this JVM's JDK with just these modules, linked once per cache folder. */
    private static synchronized Path runtime(Path cache, String name, String modules, String... options) {
        var runtime = cache.resolve(name);
        if (Files.exists(runtime.resolve("bin/java"))) {
            return runtime;
        }
        try {
            Files.createDirectories(cache);
            var log = cache.resolve("jlink.log");
            var command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
                    "--add-modules",
                    modules,
                    "--strip-debug",
                    "--no-header-files",
                    "--no-man-pages",
                    "--output",
                    runtime.toString()));
            command.addAll(List.of(options));
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (process.waitFor() != 0) {
                throw new IOException("jlink failed: " + Files.readString(log));
            }
            return runtime;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted at jlink", e);
        }
    }

    private TestImage() {}
}
