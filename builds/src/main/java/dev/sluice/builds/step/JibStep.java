package dev.sluice.builds.step;

import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import dev.sluice.builds.image.Application;
import dev.sluice.builds.image.ApplicationImage;
import dev.sluice.builds.image.CutRuntime;
import dev.sluice.builds.image.ImagePush;
import dev.sluice.builds.image.KnownImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Builds the project in a directory and pushes it as an image. Results: {@code image}, {@code digest} and {@code size}. */
final class JibStep {
    /** As Jib calls docker.io. */
    private static final String DOCKER_HUB = "registry-1.docker.io";

    private final StepContext context;

    JibStep(StepContext context) {
        this.context = context;
    }

    Map<String, String> run() throws IOException, InterruptedException {
        var name = context.required("image");
        var target = reference(name);
        var directory = context.workingDirectory()
                .resolve(context.option("directory").orElse("."))
                .normalize();
        var started = System.nanoTime();
        var project = Project.detect(context, directory);
        context.out().printf("Found %s.%n", project.kind());
        var application = project.build();
        context.out().printf("Built %s in %d ms.%n", application.title(), millis(started));
        var packing = System.nanoTime();
        var scratch = Files.createTempDirectory("sluice-jib");
        var push = push();
        boolean prepare = !context.option("aot").orElse("true").equals("false");
        var image = ApplicationImage.of(
                application,
                base(push, target, scratch, application, directory),
                scratch,
                prepare,
                context.out()::println);
        var known = new KnownImages(push);
        var before = before(known, image, target);
        var digest = before.isPresent() ? before.get() : push(push, image, target);
        context.out()
                .printf(
                        before.isPresent() ? "Found %s@%s in the registry in %d ms.%n" : "Pushed %s@%s in %d ms.%n",
                        name,
                        digest,
                        millis(packing));
        Files.createDirectories(context.home());
        Files.writeString(context.home().resolve("image-digest"), digest);
        var results = new TreeMap<>(Map.of("image", name, "digest", digest));
        known.find(target)
                .filter(found -> found.digest().equals(digest))
                .ifPresent(found -> found.size().ifPresent(size -> results.put("size", String.valueOf(size))));
        return results;
    }

    /** The digest of the image that was made of the same before, which then is what the target names. */
    private static Optional<String> before(KnownImages known, ApplicationImage image, ImageReference target)
            throws IOException {
        if (image.tag().isEmpty()) {
            return Optional.empty();
        }
        var same = ImageReference.of(
                target.getRegistry(), target.getRepository(), image.tag().get());
        var found = known.find(same);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var digest = found.get().digest();
        boolean named =
                known.find(target).filter(now -> now.digest().equals(digest)).isPresent();
        return named || known.tag(same, target.getTag().orElse("latest")) ? Optional.of(digest) : Optional.empty();
    }

    private static ImageReference reference(String name) {
        try {
            return ImageReference.parse(name);
        } catch (InvalidImageReferenceException e) {
            throw new StepFailure("InvalidImageName", "\"" + name + "\" is not the name of an image", e);
        }
    }

    private ImagePush push() throws IOException {
        var cache = context.option("cache").map(Path::of).map(p -> p.resolve("jib"));
        var mirrors = new TreeMap<String, String>();
        for (var mirror : words("SLUICE_REGISTRY_MIRRORS")) {
            int equals = mirror.indexOf('=');
            var registry = mirror.substring(0, Math.max(0, equals));
            mirrors.put(registry.equals("docker.io") ? DOCKER_HUB : registry, mirror.substring(equals + 1));
        }
        return new ImagePush(
                words("SLUICE_INSECURE_REGISTRIES"),
                mirrors,
                List.of(context.home().resolve(".docker/config.json")),
                cache.isPresent() ? cache.get() : Files.createTempDirectory("sluice-layers"),
                line -> context.out().println(line));
    }

    private List<String> words(String variable) {
        return context.env(variable).stream()
                .flatMap(words -> Arrays.stream(words.split(",")))
                .map(String::strip)
                .toList();
    }

    private ApplicationImage.Base base(
            ImagePush push, ImageReference target, Path scratch, Application application, Path directory)
            throws IOException, InterruptedException {
        var wanted = wantedBase(application, directory);
        var modules = modules(wanted);
        if (wanted.equals("scratch")) {
            return ApplicationImage.Base.scratch();
        }
        try {
            if (!wanted.equals("jlink")) {
                return ApplicationImage.Base.foreign(push.base(reference(wanted), target, scratch), wanted);
            }
            var image = context.env("SLUICE_BASE_IMAGE");
            var shared = image.isPresent()
                    ? ApplicationImage.Base.linked(push.base(reference(image.get()), target, scratch), image.get())
                    : ApplicationImage.Base.linkedHere(Path.of(System.getProperty("java.home")), scratch);
            return modules.isPresent() ? cut(modules.get(), application, shared, scratch) : shared;
        } catch (ImagePush.Refused e) {
            throw new StepFailure(e.reason(), String.valueOf(e.getMessage()), e);
        }
    }

    /** Those that the runtime is to have besides the ones that are found; empty for all. */
    private Optional<List<String>> modules(String base) {
        var said = context.option("modules").orElse("all");
        if (said.equals("all")) {
            return Optional.empty();
        }
        var words = List.of(said.split("\\s*,\\s*"));
        if (!words.getFirst().equals("found")) {
            throw new StepFailure(
                    "BadArgument",
                    "MODULES is all, or found and the names of more modules as in found,jdk.jfr, not \"" + said + "\"");
        }
        if (!base.equals("jlink")) {
            throw new StepFailure("BadArgument", "MODULES is of use with the base jlink only, not with " + base);
        }
        return Optional.of(words.subList(1, words.size()));
    }

    private ApplicationImage.Base cut(
            List<String> more, Application application, ApplicationImage.Base shared, Path scratch)
            throws IOException, InterruptedException {
        var jdk = Path.of(context.env("SLUICE_JDK").orElse(System.getProperty("java.home")));
        if (!(application instanceof Application.Java java)) {
            context.out()
                    .println("The whole Java runtime is used, because " + application.title() + " is no program"
                            + " whose classes could be looked into.");
            return shared;
        }
        if (!CutRuntime.isJdk(jdk)) {
            context.out()
                    .println("The whole Java runtime is used, because there is no JDK in this image: Sluice puts"
                            + " it there when it is started with SLUICE_BUILD_JDK=true.");
            return shared;
        }
        var unknown = CutRuntime.unknown(jdk, more);
        if (!unknown.isEmpty()) {
            throw new StepFailure("BadArgument", "MODULES: this JDK has no module " + String.join(", ", unknown));
        }
        var kept = context.option("cache").map(Path::of).map(p -> p.resolve("runtimes"));
        return new CutRuntime(jdk, more, kept.orElse(scratch), context.out()::println).base(java, shared, scratch);
    }

    /** What jib.yaml says; else the template's argument; and no Java for a program that has no use for it. */
    private String wantedBase(Application application, Path directory) throws IOException {
        if (application instanceof Application.Described) {
            var said = JibFile.base(directory.resolve("jib.yaml"));
            if (said.isPresent()) {
                return said.get();
            }
        }
        var given = context.option("base").orElse("jlink");
        return given.equals("jlink") && application instanceof Application.Program ? "scratch" : given;
    }

    private String push(ImagePush push, ApplicationImage image, ImageReference target)
            throws IOException, InterruptedException {
        try {
            var builder = image.builder();
            return push.push(
                    builder, target, image.whole() ? image.tag().stream().toList() : List.of());
        } catch (ImagePush.Refused e) {
            throw new StepFailure(e.reason(), String.valueOf(e.getMessage()), e);
        }
    }

    private static long millis(long since) {
        return (System.nanoTime() - since) / 1_000_000;
    }
}
