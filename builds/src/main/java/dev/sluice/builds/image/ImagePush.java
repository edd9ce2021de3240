package dev.sluice.builds.image;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Credential;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.LogEvent;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.frontend.CredentialRetrieverFactory;
import com.google.cloud.tools.jib.registry.credentials.CredentialRetrievalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Pushes images with the credentials of Docker configurations; without TLS only to loopback and to registries that are named. */
public final class ImagePush {
    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "[::1]");

    private static final int ATTEMPTS = 5;
    private static final long FIRST_PAUSE_MILLIS = 500;

    private final List<String> insecure;
    private final Map<String, String> mirrors;
    private final List<Path> dockerConfigs;
    private final Path cache;
    private final Consumer<String> progress;
    /** What images stand on: Jib pulls it while it pushes. */
    private final Map<JibContainerBuilder, ImageReference> bases = Collections.synchronizedMap(new IdentityHashMap<>());

    /** @param insecure {@code host:port} of registries that are spoken to without TLS */
    public ImagePush(List<String> insecure, List<Path> dockerConfigs, Path cache, Consumer<String> progress) {
        this(insecure, Map.of(), dockerConfigs, cache, progress);
    }

    /**
     * @param insecure {@code host:port} of registries that are spoken to without TLS
     * @param mirrors registries to pull from, by the registry whose images they hold
     */
    public ImagePush(
            List<String> insecure,
            Map<String, String> mirrors,
            List<Path> dockerConfigs,
            Path cache,
            Consumer<String> progress) {
        this.insecure = List.copyOf(insecure);
        this.mirrors = Map.copyOf(mirrors);
        this.dockerConfigs = List.copyOf(dockerConfigs);
        this.cache = cache;
        this.progress = progress;
    }

    /** A registry did not take an image; the message is one sentence. */
    public static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String reason;

        Refused(String reason, String message, @Nullable Throwable cause) {
            super(message, cause);
            this.reason = reason;
        }

        /** A word for a condition. */
        public String reason() {
            return reason;
        }
    }

    /**
     * What an image for {@code target} stands on. Jib knows one answer for all registries of a push to whether TLS may be missing: where the two
     * differ, the base is fetched by itself, into {@code scratch}, so that neither makes the other less safe.
     */
    public JibContainerBuilder base(ImageReference base, ImageReference target, Path scratch)
            throws IOException, InterruptedException {
        var source = Jib.from(withCredentials(base));
        bases.put(source, base);
        var from = mirrors.getOrDefault(base.getRegistry(), base.getRegistry());
        if (plain(from) == plain(target.getRegistry())) {
            return source;
        }
        var tar = TarImage.at(scratch.resolve("base.tar"));
        patiently(
                source, base, () -> reaching(Containerizer.to(tar.named(ImageReference.of(null, "base", null))), from));
        return Jib.from(tar);
    }

    /**
     * Also pulls what the image stands on. A registry that is busy or ill (429, 5xx, a connection that breaks) is asked again a few times: what
     * arrived before is not sent again. One that says no is not.
     *
     * @return the digest of the image's manifest
     */
    public String push(JibContainerBuilder image, ImageReference target) throws IOException, InterruptedException {
        return push(image, target, List.of());
    }

    /** @param tags under which the image is to be found besides */
    public String push(JibContainerBuilder image, ImageReference target, List<String> tags)
            throws IOException, InterruptedException {
        return patiently(image, target, () -> {
            var destination = reaching(Containerizer.to(withCredentials(target)), target.getRegistry());
            tags.forEach(destination::withAdditionalTag);
            return destination;
        });
    }

    /** Lets Jib speak to the registry without TLS, credentials included, where that is how it is reached. */
    private Containerizer reaching(Containerizer containerizer, String registry) {
        boolean plain = plain(registry);
        if (plain) { // Jib's only switch for it
            System.setProperty("sendCredentialsOverHttp", "true");
        }
        return containerizer.setAllowInsecureRegistries(plain);
    }

    private String patiently(JibContainerBuilder image, ImageReference asked, Supplier<Containerizer> destination)
            throws IOException, InterruptedException {
        Files.createDirectories(cache);
        for (int attempt = 1; ; attempt++) {
            try {
                return once(image, destination.get());
            } catch (RegistryException | ExecutionException | CacheDirectoryCreationException | IOException e) {
                var base = RegistryFailures.unauthorized(e) ? Optional.<Refused>empty() : baseProblem(image);
                if (!RegistryFailures.passing(e) || attempt == ATTEMPTS) {
                    throw base.orElseGet(() -> RegistryFailures.of(asked, e));
                }
                var registry =
                        base.isPresent() ? bases.getOrDefault(image, asked).getRegistry() : asked.getRegistry();
                progress.accept("The registry " + registry + " is not well (" + RegistryFailures.said(e)
                        + "): asking it again.");
                Thread.sleep(FIRST_PAUSE_MILLIS << (attempt - 1));
            }
        }
    }

    /** Jib does not say which of the two images it was that failed. */
    private Optional<Refused> baseProblem(JibContainerBuilder image) {
        var base = bases.get(image);
        if (base == null) {
            return Optional.empty();
        }
        var known = new KnownImages(this);
        var mirror = mirrors.get(base.getRegistry());
        return mirror != null
                        && known.problem(ImageReference.of(mirror, base.getRepository(), base.getQualifier()))
                                .isEmpty()
                ? Optional.empty()
                : known.problem(base);
    }

    private String once(JibContainerBuilder image, Containerizer containerizer)
            throws IOException, InterruptedException, RegistryException, ExecutionException,
                    CacheDirectoryCreationException {
        // unbounded: Jib's steps wait for each other in these threads
        try (var threads = Executors.newCachedThreadPool(
                Thread.ofPlatform().daemon().name("image-push-", 0).factory())) {
            containerizer
                    .setBaseImageLayersCache(cache)
                    .setApplicationLayersCache(cache)
                    .setExecutorService(threads)
                    .setToolName("sluice")
                    .addEventHandler(LogEvent.class, event -> {
                        if (worthTelling(event)) {
                            progress.accept(event.getMessage());
                        }
                    });
            mirrors.forEach((registry, mirror) -> containerizer.addRegistryMirrors(registry, List.of(mirror)));
            return image.containerize(containerizer).getDigest().toString();
        }
    }

    /** That a registry of ours speaks no TLS is no news. */
    private static boolean worthTelling(LogEvent event) {
        return (event.getLevel() == LogEvent.Level.WARN || event.getLevel() == LogEvent.Level.ERROR)
                && !event.getMessage().contains("Attempting again");
    }

    boolean plain(String registry) {
        return insecure.contains(registry)
                || LOOPBACK.stream().anyMatch(host -> registry.equals(host) || registry.startsWith(host + ":"));
    }

    /** What the Docker configurations have for the registry of the image. */
    Optional<Credential> credential(ImageReference reference) throws IOException {
        var factory = CredentialRetrieverFactory.forImage(reference, _ -> {});
        for (var config : dockerConfigs) {
            if (Files.exists(config)) {
                try {
                    var found = factory.dockerConfig(config).retrieve();
                    if (found.isPresent()) {
                        return found;
                    }
                } catch (CredentialRetrievalException e) {
                    throw new IOException("reading the credentials in " + config, e);
                }
            }
        }
        return Optional.empty();
    }

    private RegistryImage withCredentials(ImageReference reference) {
        var image = RegistryImage.named(reference);
        var factory = CredentialRetrieverFactory.forImage(reference, _ -> {});
        for (var config : dockerConfigs) {
            if (Files.exists(config)) {
                image.addCredentialRetriever(factory.dockerConfig(config));
            }
        }
        return image;
    }
}
