package dev.sluice.builds.image;

import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.Port;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The image of an application: what changes seldom and what changes with every commit are layers of their own, so that a change of
 * the code pushes kilobytes. The same input makes the same digest.
 */
public final class ApplicationImage {
    private static final String HOME = "/app";

    private static final String LAYOUT = "1";
    private static final int TAG_BYTES = 10;

    private final Application application;
    private final Base base;
    private final Path scratch;
    private final boolean prepare;
    private final Consumer<String> progress;
    private final @Nullable JavaProgram program;
    private boolean whole = true;

    private ApplicationImage(
            Application application, Base base, Path scratch, boolean prepare, Consumer<String> progress)
            throws IOException {
        this.application = application;
        this.base = base;
        this.scratch = scratch;
        this.prepare = prepare;
        this.progress = progress;
        program = application instanceof Application.Java java ? JavaProgram.lay(java, scratch) : null;
    }

    /**
     * What an application is put on.
     *
     * @param identity what tells it from any other base; empty where another one may have the same name tomorrow
     * @param java the command that is Java there
     * @param prepares whether the same Java is on this machine, so that classes can be prepared
     */
    public record Base(Making making, Optional<String> identity, String java, boolean prepares, boolean foreign) {
        /** Fetches or links; only done when the image is not there yet. */
        interface Making {
            Made make() throws IOException, InterruptedException;
        }

        /**
         * A base that is there.
         *
         * @param runtime its Java on this machine
         * @param whole false when it is another one than was asked for
         */
        record Made(JibContainerBuilder builder, Optional<Path> runtime, boolean whole) {}

        /** An image of the user's choice, which has {@code java} on its path. */
        public static Base foreign(JibContainerBuilder image, String name) {
            return new Base(() -> new Made(image, Optional.empty(), true), pinned(name), "java", false, true);
        }

        /** Nothing. */
        public static Base scratch() {
            return new Base(
                    () -> new Made(Jib.fromScratch(), Optional.empty(), true), Optional.empty(), "java", false, true);
        }

        /** The runtime image that {@link SluiceImages} pushed. */
        public static Base linked(JibContainerBuilder image, String name) {
            var running = LinkedRuntime.running();
            return new Base(
                    () -> new Made(image, running, true), pinned(name), RuntimeLayers.JAVA, running.isPresent(), false);
        }

        /** The same runtime, linked now: for a build without a runtime image. */
        public static Base linkedHere(Path javaHome, Path scratch) {
            return new Base(
                    () -> {
                        var runtime = scratch.resolve("runtime");
                        LinkedRuntime.link(javaHome, LinkedRuntime.MODULES, runtime);
                        return new Made(RuntimeLayers.image(runtime, scratch), Optional.of(runtime), true);
                    },
                    Optional.empty(),
                    RuntimeLayers.JAVA,
                    true,
                    false);
        }

        private static Optional<String> pinned(String name) {
            return Optional.of(name).filter(n -> n.contains("@sha256:"));
        }
    }

    /** @param prepare whether Java's classes are loaded once now, so that they are there at once later */
    public static ApplicationImage of(
            Application application, Base base, Path scratch, boolean prepare, Consumer<String> progress)
            throws IOException {
        return new ApplicationImage(application, base, scratch, prepare, progress);
    }

    /** A tag that is made of what goes into the image of a Java application: the same one, the same image. */
    public Optional<String> tag() throws IOException {
        if (program == null || base.identity().isEmpty()) {
            return Optional.empty();
        }
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            var options = String.join(
                    "\n",
                    LAYOUT,
                    base.identity().get().replaceFirst(".*@", ""),
                    String.valueOf(prepare && base.prepares()),
                    program.mainClass());
            digest.update(options.getBytes(StandardCharsets.UTF_8));
            for (var file : program.files().entrySet()) {
                digest.update(file.getKey().getBytes(StandardCharsets.UTF_8));
                digest.update(Files.readAllBytes(file.getValue()));
            }
            return Optional.of("sluice-" + HexFormat.of().formatHex(digest.digest(), 0, TAG_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Whether {@link #builder} could do all it was asked to: another time it may, and then there is more to be pushed. */
    public boolean whole() {
        return whole;
    }

    /** What is pushed; a Java application is started for it, where its classes are to be prepared. */
    public JibContainerBuilder builder() throws IOException, InterruptedException {
        var made = base.making().make();
        whole = made.whole();
        var builder = made.builder();
        switch (application) {
            case Application.Java java -> java(made, Objects.requireNonNull(program), java.mainClass());
            case Application.Archive archive -> {
                var target = HOME + "/" + archive.file().getFileName();
                builder.addFileEntriesLayer(layer("application", archive.file(), target, "644"));
                builder.setEntrypoint(List.of(base.java(), "-XX:MaxRAMPercentage=70", "-jar", target));
                builder.setWorkingDirectory(AbsoluteUnixPath.get(HOME));
            }
            case Application.Web web ->
                builder.addFileEntriesLayer(RuntimeLayers.tree("application", web.folder(), web.root()));
            case Application.Site site -> SiteImage.build(builder, base.java(), site.folder(), scratch);
            case Application.Program program -> {
                if (!program.libraries().isEmpty() && base.foreign()) {
                    var libraries = FileEntriesLayer.builder().setName("system");
                    program.libraries().forEach(l -> RuntimeLayers.add(libraries, l, l.toString(), "755"));
                    builder.addFileEntriesLayer(libraries.build());
                }
                var target = HOME + "/" + program.file().getFileName();
                builder.addFileEntriesLayer(layer("application", program.file(), target, "755"));
                builder.setEntrypoint(List.of(target));
                builder.setWorkingDirectory(AbsoluteUnixPath.get(HOME));
            }
            case Application.Described described -> describe(builder, described);
        }
        return builder;
    }

    private void java(Base.Made made, JavaProgram laid, String mainClass) throws IOException, InterruptedException {
        var builder = made.builder();
        laid.layers().forEach(builder::addFileEntriesLayer);
        var options = new ArrayList<>(List.of(base.java(), "-XX:MaxRAMPercentage=70"));
        if (prepare && made.runtime().isPresent()) {
            var cache = new AotCache(made.runtime().get(), scratch, progress).train(laid);
            if (cache.isPresent()) {
                builder.addFileEntriesLayer(AotCache.layer(cache.get()));
                options.add(AotCache.OPTION);
            } else {
                whole = false;
            }
        }
        options.addAll(List.of("-cp", laid.classPath(), mainClass));
        builder.setEntrypoint(options);
        builder.setWorkingDirectory(AbsoluteUnixPath.get(HOME));
    }

    private static void describe(JibContainerBuilder builder, Application.Described described) {
        for (var each : described.layers()) {
            var layer = FileEntriesLayer.builder().setName(each.name());
            each.files().forEach(f -> RuntimeLayers.add(layer, f.file(), f.target(), f.mode()));
            builder.addFileEntriesLayer(layer.build());
        }
        if (!described.entrypoint().isEmpty()) {
            builder.setEntrypoint(described.entrypoint());
        }
        if (!described.command().isEmpty()) {
            builder.setProgramArguments(described.command());
        }
        described.environment().forEach(builder::addEnvironmentVariable);
        described.labels().forEach(builder::addLabel);
        var ports = new LinkedHashSet<Port>();
        for (var port : described.ports()) {
            int number = Integer.parseInt(port.replaceFirst("/.*", ""));
            ports.add(port.endsWith("/udp") ? Port.udp(number) : Port.tcp(number));
        }
        if (!ports.isEmpty()) {
            builder.setExposedPorts(ports);
        }
        described.volumes().forEach(volume -> builder.addVolume(AbsoluteUnixPath.get(volume)));
        if (described.user() != null) {
            builder.setUser(described.user());
        }
        if (described.workingDirectory() != null) {
            builder.setWorkingDirectory(AbsoluteUnixPath.get(described.workingDirectory()));
        }
    }

    private static FileEntriesLayer layer(String name, Path file, String target, String mode) {
        return FileEntriesLayer.builder()
                .setName(name)
                .addEntry(file, AbsoluteUnixPath.get(target), FilePermissions.fromOctalString(mode))
                .build();
    }
}
