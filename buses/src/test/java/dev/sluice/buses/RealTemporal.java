package dev.sluice.buses;

import dev.sluice.temporaldev.TemporalDev;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A real server with Sluice's search attributes, for all tests of a class. */
final class RealTemporal implements BeforeAllCallback, AfterAllCallback {
    private @Nullable Path folder;
    private @Nullable TemporalDev server;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        folder = Files.createTempDirectory("sluice-temporal");
        server = EventsRig.temporal(folder);
    }

    TemporalDev server() {
        return Objects.requireNonNull(server, "asked before the tests begin");
    }

    String target() {
        return server().target();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (server != null) {
            server.close();
        }
        if (folder != null) {
            try (var files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> {
                    try {
                        Files.delete(file);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
        }
    }
}
