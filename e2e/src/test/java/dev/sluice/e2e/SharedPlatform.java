package dev.sluice.e2e;

import dev.sluice.kubedev.registry.Registry;
import dev.sluice.processes.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives test methods the one platform that all classes of a run share, and namespaces of their own. */
public final class SharedPlatform implements ParameterResolver {
    /** The Service, as name and namespace, behind which a test may put what builds take for Google Cloud Storage. */
    public static final String BUCKETS = "buckets.sluice-e2e";

    /** A namespace made for one test; deleted after the run. */
    public record TestNamespace(String name) {}

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        var type = parameter.getParameter().getType();
        return type == Platform.class || type == TestNamespace.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        if (parameter.getParameter().getType() == Platform.class) {
            return platform(context);
        }
        return running(context).namespace(context.getRequiredTestClass().getSimpleName());
    }

    /** The platform of this run, started by whoever asks first. */
    public static Platform platform(ExtensionContext context) {
        return running(context).platform();
    }

    private static Running running(ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(SharedPlatform.class))
                .computeIfAbsent("platform", _ -> Running.start(), Running.class);
    }

    /**
     * The platform and a registry beside it that stands for docker.io; on a cluster, the cluster's does. With {@code -Dsluice.e2e.home=DIR} one
     * that is up already, which is left as it is.
     */
    private record Running(Platform platform, @Nullable Registry dockerHub) implements AutoCloseable {
        static Running start() {
            var home = System.getProperty("sluice.e2e.home", "");
            return home.isEmpty() ? startNew() : new Running(new Platform(Path.of(home)), null);
        }

        private static Running startNew() {
            try {
                var home = Files.createTempDirectory("sluice-e2e");
                var mirror =
                        Platform.onCluster() ? null : Registry.start(Registry.Options.in(home.resolve("docker.io")));
                var address = mirror == null ? Platform.env("SLUICE_REGISTRY") : mirror.address();
                return new Running(
                        new Platform(home, "--mirror", "docker.io=" + address)
                                .mirroring(address)
                                .with(
                                        "SLUICE_GCS_ENDPOINT",
                                        "http://" + BUCKETS + ".svc.cluster.local:"
                                                + Ports.rememberedIn(home.resolve("test-ports"))
                                                        .of("buckets", 0))
                                .up(),
                        mirror);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        TestNamespace namespace(String hint) {
            var name = "e2e-" + hint.toLowerCase(java.util.Locale.ROOT) + "-"
                    + UUID.randomUUID().toString().substring(0, 6);
            platform.client()
                    .namespaces()
                    .resource(new io.fabric8.kubernetes.api.model.NamespaceBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .addToLabels("sluice.dev/e2e", "true")
                            .endMetadata()
                            .build())
                    .create();
            return new TestNamespace(name);
        }

        /** While the platform runs: it has to take its finalizers off what is deleted. */
        private void deleteNamespaces() {
            var made = platform.client().namespaces().withLabel("sluice.dev/e2e", "true");
            made.delete();
            made.informOnCondition(java.util.List::isEmpty)
                    .completeOnTimeout(null, 90, TimeUnit.SECONDS)
                    .join();
        }

        @Override
        public void close() {
            if (Platform.onCluster()) {
                deleteNamespaces();
            }
            boolean ours = platform.isOurs();
            platform.close();
            if (!ours) {
                return;
            }
            if (dockerHub != null) {
                dockerHub.close();
            }
            delete(platform.home);
        }
    }

    public static void delete(@Nullable Path folder) {
        if (folder == null || !Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
