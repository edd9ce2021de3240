package dev.sluice.app.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** From a folder, a repository or an image to a URL. */
@Command(
        name = "deploy",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Build a folder or a Git repository into an image and run it as a service; again for a new revision.",
            "With --image alone, run that image."
        })
final class DeployVerb implements InstanceVerb {
    private static final String HEAD = BuildSource.HEAD;

    @Parameters(
            arity = "0..1",
            paramLabel = "DIR|GIT-URL",
            description = "A folder (as it is, .gitignore respected) or the URL of a repository.")
    @Nullable
    String source;

    @Mixin
    Namespace namespace = new Namespace();

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the service (default: that of the source).")
    @Nullable
    String name;

    @Option(
            names = "--revision",
            paramLabel = "REF",
            description = "Branch, tag or commit of the repository (default: ${DEFAULT-VALUE}).")
    String revision = HEAD;

    @Option(names = "--path", paramLabel = "DIR", description = "Folder of the project in the repository.")
    String path = "";

    @Option(
            names = {"-e", "--env"},
            paramLabel = "KEY=VALUE",
            description = "Environment of the service; stays until given anew.")
    Map<String, String> env = new LinkedHashMap<>();

    @Option(
            names = "--image",
            paramLabel = "IMAGE",
            description = "Run this image; or, with a source, build under this name.")
    @Nullable
    String image;

    @Option(
            names = {"-a", "--annotation"},
            paramLabel = "KEY=VALUE",
            description =
                    "Annotation of the revision, for example autoscaling.knative.dev/window=10s; stays until given"
                            + " anew.")
    Map<String, String> annotations = new LinkedHashMap<>();

    @Option(
            names = "--cache",
            paramLabel = "NAME",
            description = "Keep downloads on the volume build-cache-NAME, shared by builds of the namespace.")
    String cache = "";

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
        if (source == null && image == null) {
            throw new UsageException("deploy needs a folder, the URL of a repository, or --image");
        }
        if (source == null && !path.isEmpty()) {
            throw new UsageException("--path goes with a folder or the URL of a repository");
        }
        if (source == null && !revision.equals(HEAD)) {
            throw new UsageException("--revision goes with the URL of a repository");
        }
    }

    @Override
    public int run(Session session) throws InterruptedException {
        checkWords();
        var name = serviceName(session);
        var existing = Kind.SERVICE.get(session.platform().kubernetes(), namespace.name, name);
        var service = ServiceManifest.of(existing, namespace.name, name, env, annotations);
        var deployment = new Deployment(session, service);
        if (source == null) {
            deployment.run(java.util.Objects.requireNonNull(image), "image " + image);
        } else {
            deployment.checkBuild();
            deployment.buildAndRun(
                    BuildSource.of(session, source, revision, namespace.name, name), path, image, cache, watch);
        }
        return 0;
    }

    private String serviceName(Session session) {
        if (name != null) {
            return name;
        }
        return source == null ? SourceName.ofImage(String.valueOf(image)) : SourceName.of(session, source);
    }
}
