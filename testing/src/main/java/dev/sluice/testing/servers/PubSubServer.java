package dev.sluice.testing.servers;

import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Google's Pub/Sub emulator, of the Google Cloud SDK, behind a relay. It keeps everything in memory, so {@link #kill} ends the
 * relay and what was stored stays, as with the service; {@link #forget} kills the emulator, and all is lost. Alone it
 * (0.8.20) knows neither credentials nor TLS, and goes on giving events to streams whose client was killed.
 */
public final class PubSubServer implements AutoCloseable {
    private static final String PLACE = "platform/pubsub-emulator/lib";

    private final int port;
    private final ServerProcess emulator;
    private final GrpcRelay relay;

    private PubSubServer(int port, ServerProcess emulator, GrpcRelay relay) {
        this.port = port;
        this.emulator = emulator;
        this.relay = relay;
    }

    /** @param folder an empty one of the test's */
    public static PubSubServer start(Path folder) {
        return start(folder, InsecureServerCredentials.create(), _ -> true);
    }

    /** @param allowed judges the header {@code authorization}, empty when there is none */
    public static PubSubServer start(Path folder, ServerCredentials transport, Predicate<String> allowed) {
        var jar = jar();
        int behind = ServerProcess.freePort();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var emulator = new ServerProcess(
                folder.resolve("emulator.log"),
                "Server started, listening on " + behind,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        jar.toString(),
                        "--host=127.0.0.1",
                        "--port=" + behind),
                Map.of(),
                false);
        emulator.start();
        try {
            int port = ServerProcess.freePort();
            var relay = new GrpcRelay(port, behind, transport, allowed);
            relay.start();
            return new PubSubServer(port, emulator, relay);
        } catch (RuntimeException | Error e) { // nobody else knows of the emulator
            emulator.kill();
            throw e;
        }
    }

    private static Path jar() {
        return Stream.of(
                        beside(System.getenv("PATH")),
                        Optional.of(Path.of("/usr/lib/google-cloud-sdk")),
                        Optional.of(Path.of("/usr/share/google-cloud-sdk")),
                        Optional.of(Path.of(System.getProperty("user.home"), "google-cloud-sdk")))
                .flatMap(Optional::stream)
                .map(sdk -> sdk.resolve(PLACE))
                .filter(Files::isDirectory)
                .flatMap(PubSubServer::jars)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("this test needs Google's Pub/Sub emulator and found none;"
                        + " install the component pubsub-emulator of the Google Cloud SDK"
                        + " (package google-cloud-cli-pubsub-emulator)"));
    }

    /** The SDK of the {@code gcloud} on the path. */
    private static Optional<Path> beside(@Nullable String path) {
        return Stream.of(Objects.requireNonNullElse(path, "").split(":", -1))
                .map(folder -> Path.of(folder, "gcloud"))
                .filter(Files::isExecutable)
                .flatMap(gcloud -> {
                    try {
                        return Stream.of(gcloud.toRealPath().resolve("../..").normalize());
                    } catch (IOException _) {
                        return Stream.empty();
                    }
                })
                .findFirst();
    }

    private static Stream<Path> jars(Path folder) {
        try (var files = Files.list(folder)) {
            return files
                    .filter(file -> file.getFileName().toString().matches("cloud-pubsub-emulator-.*-all\\.jar"))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    /** What an emulator's clients are told. */
    public String host() {
        return "127.0.0.1:" + port;
    }

    /** It can no longer be reached; connections end. */
    public void kill() {
        relay.kill();
    }

    /** Again, on the same port and with what it knew. */
    public void start() {
        relay.start();
    }

    /** kill -9 of the emulator, which starts again and knows nothing. */
    public void forget() {
        emulator.kill();
        emulator.start();
    }

    /** From now on calls of these gRPC methods ({@code google.pubsub.v1.Publisher/CreateTopic}) are refused for want of a permission. */
    public void deny(Predicate<String> methods) {
        relay.deny(methods);
    }

    /** From now on it is told of the gRPC method of each answer, which goes to the client when that returns. */
    public void beforeAnswers(Consumer<String> told) {
        relay.beforeAnswers(told);
    }

    @Override
    public void close() {
        relay.close();
        emulator.kill();
    }
}
