package dev.sluice.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** From a folder or a repository to an image. */
@Command(
        name = "build",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Build a folder or a Git repository into an image, and say its digest.",
            "With --resume, go on with a build that failed, from the step at which it did."
        })
final class BuildVerb implements InstanceVerb {
    @Parameters(
            arity = "0..1",
            paramLabel = "DIR|GIT-URL",
            description = "A folder (as it is, .gitignore respected) or the URL of a repository.")
    @Nullable
    String source;

    @Mixin
    Namespace namespace = new Namespace();

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the image (default: that of the source).")
    @Nullable
    String name;

    @Option(
            names = "--revision",
            paramLabel = "REF",
            description = "Branch, tag or commit of the repository (default: ${DEFAULT-VALUE}).")
    String revision = BuildSource.HEAD;

    @Option(names = "--path", paramLabel = "DIR", description = "Folder of the project in the repository.")
    String path = "";

    @Option(names = "--image", paramLabel = "IMAGE", description = "Push under this name.")
    @Nullable
    String image;

    @Option(
            names = "--template",
            paramLabel = "NAME",
            description = "BuildTemplate or ClusterBuildTemplate to use (default: ${DEFAULT-VALUE}).")
    String template = "jib";

    @Option(
            names = "--argument",
            paramLabel = "NAME=VALUE",
            description = "Argument of the template, for example AOT=false or BASE=IMAGE.")
    Map<String, String> arguments = new LinkedHashMap<>();

    @Option(
            names = "--cache",
            paramLabel = "NAME",
            description = "Keep downloads on the volume build-cache-NAME, shared by builds of the namespace.")
    String cache = "";

    @Option(names = "--resume", paramLabel = "BUILD", description = "Go on with this build, which failed.")
    @Nullable
    String resume;

    @Option(names = "--watch", description = "Show every step, its time and the end of its log while it runs.")
    boolean watch;

    @Override
    public void check() {
        checkWords();
        if (source != null) {
            BuildSource.checkRevision(source, revision, Path.of(""));
        }
    }

    private void checkWords() {
        if ((source == null) == (resume == null)) {
            throw new UsageException("build needs a folder or the URL of a repository, or --resume BUILD");
        }
    }

    @Override
    public int run(Session session) throws InterruptedException {
        checkWords();
        var order = resume == null ? order(session) : BuildOrder.resuming(failed(session, resume));
        long began = System.nanoTime();
        var outcome = order.run(session, watch);
        if (!outcome.image().isEmpty()) {
            session.say(String.format("Image     %s (%.1f s)", outcome.image(), (System.nanoTime() - began) / 1e9));
        }
        return 0;
    }

    private BuildOrder order(Session session) {
        var from = Objects.requireNonNull(source);
        TemplatePresence.check(session, namespace.name, template);
        var called = name == null ? SourceName.of(session, from) : name;
        // not that of a service of this name, which pushes go on to be fetched into: no service can have a dot in its
        // name
        var fetched = BuildSource.of(session, from, revision, namespace.name, called + ".build");
        var all = new TreeMap<>(arguments);
        all.putIfAbsent("IMAGE", image == null ? session.platform().imageOf(namespace.name, called) : image);
        if (!path.isEmpty()) {
            all.put("DIRECTORY", path);
        }
        var order = BuildOrder.of(namespace.name, called, fetched, template, all);
        return cache.isEmpty() ? order : order.withCache("CACHE", cache);
    }

    private JsonNode failed(Session session, String build) {
        return Kind.BUILD
                .get(session.platform().kubernetes(), namespace.name, build)
                .orElseThrow(() -> new VerbException("no Build " + build + " in namespace " + namespace.name));
    }
}
