package dev.sluice.builds.image;

import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The images that builds need, in a registry: the runtime that applications are put on, and Sluice's own steps with Maven. They are
 * named after their contents, so what the registry has already is not made again.
 *
 * @param runtime for {@code SLUICE_BASE_IMAGE}
 * @param step what runs credentials, git, jib and nop
 */
public record SluiceImages(String runtime, String step) {
    private static final String MAVEN = "/opt/maven";
    private static final String JDK = "/opt/jdk";
    private static final String REPOSITORY = "/opt/sluice/repository";
    private static final String LIBRARIES = "/opt/sluice/libs";

    /**
     * @param registry {@code host:port}, with a path where the registry wants one
     * @param javaHome a JDK of this platform
     * @param mavenHome a Maven distribution, 3.9 or later
     * @param classPath the jars (or class folders) of the running Sluice, of which those that steps need are taken
     * @param jdk whether steps find the JDK itself, from which they can link: some 140 MB more to push, compressed, and to keep
     * @param cache a folder that outlives the process; instances may share it, so that a second one only has to push
     */
    public record Ingredients(
            String registry,
            List<String> insecureRegistries,
            Path javaHome,
            Path mavenHome,
            List<Path> classPath,
            boolean jdk,
            Path cache,
            Consumer<String> progress) {}

    /** Makes sure that the registry has both images. Takes seconds the first time, milliseconds after. */
    public static SluiceImages ensure(Ingredients from) throws IOException, InterruptedException {
        var libraries = StepLibraries.of(from.classPath(), from.cache());
        var keys = ImageKeys.of(from.javaHome(), from.mavenHome(), libraries, from.jdk());
        var docker = Path.of(System.getProperty("user.home"), ".docker", "config.json");
        var push = new ImagePush(
                from.insecureRegistries(), List.of(docker), from.cache().resolve("layers"), from.progress());
        var check = new RegistryCheck(push);
        var runtime = from.registry() + "/sluice/java:" + keys.runtime();
        var step = from.registry() + "/sluice/step:" + keys.step();
        var known = check.digest(runtime);
        if (known.isPresent() && check.digest(step).isPresent()) {
            return new SluiceImages(pinned(from, known.get()), step);
        }
        Files.createDirectories(from.cache());
        try (var lock = FileChannel.open(
                        from.cache().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var _ = lock.lock()) {
            var started = System.nanoTime();
            from.progress().accept("Making the image that builds run in (once per version of Sluice and JDK).");
            var images = new SluiceImages(pinned(from, pushRuntime(from, keys, push, runtime)), step);
            push.push(images.stepImage(from, keys, libraries, push), reference(step));
            Leftovers.delete(from.cache(), from.cache().resolve("layers").resolve("layers"));
            from.progress()
                    .accept("The image that builds run in is there, after %.1f s."
                            .formatted((System.nanoTime() - started) / 1e9));
            return images;
        }
    }

    private static String pinned(Ingredients from, String digest) {
        return from.registry() + "/sluice/java@" + digest;
    }

    private static String pushRuntime(Ingredients from, ImageKeys keys, ImagePush push, String name)
            throws IOException, InterruptedException {
        var linked = from.cache().resolve("java-" + keys.runtime());
        once(linked, target -> LinkedRuntime.link(from.javaHome(), LinkedRuntime.MODULES, target));
        var scratch = Files.createTempDirectory("sluice-images");
        try {
            return push.push(RuntimeLayers.image(linked, scratch), reference(name));
        } finally {
            SeededRepository.delete(scratch);
        }
    }

    private JibContainerBuilder stepImage(Ingredients from, ImageKeys keys, List<Path> libraries, ImagePush push)
            throws IOException, InterruptedException {
        var repository = from.cache().resolve("maven-" + keys.seed());
        once(repository, target -> SeededRepository.make(from.javaHome(), from.mavenHome(), target, from.progress()));
        var environment = new TreeMap<>(Map.of(
                "PATH",
                RuntimeLayers.HOME + "/bin:/usr/bin:/bin",
                "JAVA_HOME",
                RuntimeLayers.HOME,
                "LANG",
                "C.UTF-8",
                "MAVEN_HOME",
                MAVEN,
                "SLUICE_MAVEN_REPOSITORY",
                REPOSITORY));
        var image = push.base(reference(runtime), reference(step), from.cache());
        if (from.jdk()) {
            image.addFileEntriesLayer(RuntimeLayers.tree("jdk", from.javaHome(), JDK));
            environment.put("SLUICE_JDK", JDK);
        }
        return image.addFileEntriesLayer(RuntimeLayers.tree("maven", from.mavenHome(), MAVEN))
                .addFileEntriesLayer(RuntimeLayers.tree("maven-repository", repository, REPOSITORY))
                .addFileEntriesLayer(jars("libraries", libraries, false))
                .addFileEntriesLayer(jars("sluice", libraries, true))
                .setEnvironment(environment)
                .setEntrypoint(List.of(
                        RuntimeLayers.JAVA,
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dslf4j.internal.verbosity=ERROR",
                        "-cp",
                        classPath(libraries),
                        "dev.sluice.builds.step.StepMain"));
    }

    private static String classPath(List<Path> libraries) {
        return String.join(
                ":",
                libraries.stream()
                        .map(jar -> LIBRARIES + "/" + jar.getFileName())
                        .toList());
    }

    private static FileEntriesLayer jars(String name, List<Path> libraries, boolean ours) {
        var layer = FileEntriesLayer.builder().setName(name);
        for (var jar : libraries) {
            if (StepLibraries.isOurs(jar) == ours) {
                layer.addEntry(jar, AbsoluteUnixPath.get(LIBRARIES + "/" + jar.getFileName()));
            }
        }
        return layer.build();
    }

    private interface Making {
        void into(Path target) throws IOException;
    }

    /** Makes a folder beside its place and moves it there, so that what is there is whole. */
    private static void once(Path folder, Making making) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        var partial = folder.resolveSibling(folder.getFileName() + ".partial");
        if (Files.exists(partial)) {
            SeededRepository.delete(partial);
        }
        making.into(partial);
        Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
    }

    private static ImageReference reference(String name) throws IOException {
        try {
            return ImageReference.parse(name);
        } catch (com.google.cloud.tools.jib.api.InvalidImageReferenceException e) {
            throw new IOException("\"" + name + "\" is not the name of an image: check the registry's name", e);
        }
    }

    /** What the pods of builds are told besides their own environment. */
    public Map<String, String> environment() {
        return Map.of("SLUICE_BASE_IMAGE", runtime);
    }
}
