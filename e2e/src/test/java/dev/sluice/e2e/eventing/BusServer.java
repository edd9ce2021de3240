package dev.sluice.e2e.eventing;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.e2e.Platform;
import dev.sluice.e2e.SharedPlatform;
import dev.sluice.testing.servers.KafkaServer;
import dev.sluice.testing.servers.PubSubServer;
import dev.sluice.testing.servers.RabbitServer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** The real server of the bus that is tested, and the ClusterBus that names it. */
final class BusServer implements AutoCloseable {
    private static final String API_VERSION = "channels.knative.dev/v1alpha1";
    private static final String KIND = "ClusterBus";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Runnable stop;
    private final Path folder;

    private final Platform platform;

    private BusServer(Platform platform, Runnable stop, Path folder) {
        this.platform = platform;
        this.stop = stop;
        this.folder = folder;
    }

    /** Returns when the platform is connected to it. */
    static BusServer start(Platform platform) {
        var bus = Flavour.bus();
        var folder = temporary();
        return switch (bus) {
            case "kafka" -> {
                var kafka = KafkaServer.start(folder);
                yield new BusServer(platform, kafka::close, folder)
                        .named(bus, Map.of("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers()));
            }
            case "rabbitmq" -> {
                var rabbit = RabbitServer.start(folder);
                yield new BusServer(platform, rabbit::close, folder)
                        .named(bus, Map.of("uri", "amqp://guest:guest@127.0.0.1:" + rabbit.port()));
            }
            case "gcppubsub" -> {
                var pubsub = PubSubServer.start(folder);
                yield new BusServer(platform, pubsub::close, folder)
                        .named(
                                bus,
                                Map.of("GOOGLE_CLOUD_PROJECT", "sluice", "emulatorHost", "127.0.0.1:" + pubsub.port()));
            }
            default -> new BusServer(platform, () -> {}, folder);
        };
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("sluice-e2e-bus");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private BusServer named(String bus, Map<String, String> environment) {
        try {
            name(bus, environment);
            return this;
        } catch (RuntimeException | Error e) { // who gets no server cannot close one
            close();
            throw e;
        }
    }

    private void name(String bus, Map<String, String> environment) {
        var object = Serialization.unmarshal(
                """
                apiVersion: %s
                kind: %s
                metadata: {name: %s}
                spec: {dispatcher: {name: dispatcher, image: %s, env: [%s]}}
                """.formatted(
                                API_VERSION,
                                KIND,
                                bus,
                                bus,
                                environment.entrySet().stream()
                                        .map(e -> "{name: " + e.getKey() + ", value: \"" + e.getValue() + "\"}")
                                        .collect(Collectors.joining(", "))),
                GenericKubernetesResource.class);
        platform.client().resource(object).serverSideApply();
        var resource = clusterBus(bus);
        await().atMost(PATIENCE)
                .until(() -> EventWorld.condition(JSON.valueToTree(resource.get()), "Ready")
                        .path("status")
                        .asText("")
                        .equals("True"));
    }

    private Resource<GenericKubernetesResource> clusterBus(String bus) {
        return platform.client().genericKubernetesResources(API_VERSION, KIND).withName(bus);
    }

    @Override
    public void close() {
        if (!Flavour.bus().equals("stub")) { // which is the platform's own
            clusterBus(Flavour.bus()).delete();
        }
        stop.run();
        SharedPlatform.delete(folder);
    }
}
