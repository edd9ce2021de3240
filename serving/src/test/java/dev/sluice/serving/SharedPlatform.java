package dev.sluice.serving;

import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One platform for all tests of a run that ask for it; there is no Temporal in it. Closed when the run is over. */
final class SharedPlatform implements ParameterResolver {
    private static final ExtensionContext.Namespace HERE = ExtensionContext.Namespace.create(SharedPlatform.class);

    /** What is closed at the end. */
    private record Started(Platform platform, WorkflowServiceStubs nobody) implements AutoCloseable {
        static Started now() {
            var nobody = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                    .setTarget("127.0.0.1:9")
                    .build());
            try {
                var platform = new Platform(
                        Files.createTempDirectory("sluice-serving"),
                        WorkflowClient.newInstance(nobody),
                        ServingConfig.local("localhost", 8080, "127.0.0.1", 8080)
                                .withTls(8443));
                return new Started(platform, nobody);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            platform.close();
            nobody.shutdownNow();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType().equals(Platform.class);
    }

    @Override
    public Platform resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(HERE)
                .computeIfAbsent(Started.class, _ -> Started.now(), Started.class)
                .platform();
    }
}
