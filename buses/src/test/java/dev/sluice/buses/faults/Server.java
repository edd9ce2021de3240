package dev.sluice.buses.faults;

import dev.sluice.buses.connection.BusKind;
import dev.sluice.testing.servers.KafkaServer;
import dev.sluice.testing.servers.PubSubServer;
import dev.sluice.testing.servers.RabbitServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A bus of the runs: its server, when it has one, behind a wire. */
final class Server implements AutoCloseable {
    final BusKind kind;
    final @Nullable Wire wire;
    final Map<String, String> values;
    private final @Nullable KafkaServer kafka;
    private final @Nullable RabbitServer rabbit;
    private final @Nullable PubSubServer pubsub;
    private @Nullable SmallDisk disk;

    private Server(
            BusKind kind,
            @Nullable Wire wire,
            Map<String, String> values,
            @Nullable KafkaServer kafka,
            @Nullable RabbitServer rabbit,
            @Nullable PubSubServer pubsub) {
        this.kind = kind;
        this.wire = wire;
        this.values = values;
        this.kafka = kafka;
        this.rabbit = rabbit;
        this.pubsub = pubsub;
    }

    static Server start(BusKind kind, Path folder) throws IOException {
        return switch (kind) {
            case STUB -> new Server(kind, null, Map.of(), null, null, null);
            case KAFKA -> {
                var disk = SmallDisk.isPossible() ? new SmallDisk(folder) : null;
                var listener = Wire.listen();
                var kafka = KafkaServer.startBehind(folder, listener.getLocalPort());
                var server = new Server(
                        kind,
                        new Wire(listener, kafka.port()),
                        Map.of("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + listener.getLocalPort()),
                        kafka,
                        null,
                        null);
                server.disk = disk;
                yield server;
            }
            case RABBITMQ -> {
                var listener = Wire.listen();
                var rabbit = RabbitServer.start(folder);
                yield new Server(
                        kind,
                        new Wire(listener, rabbit.port()),
                        Map.of("uri", "amqp://guest:guest@127.0.0.1:" + listener.getLocalPort()),
                        null,
                        rabbit,
                        null);
            }
            case GCPPUBSUB -> {
                var listener = Wire.listen();
                var pubsub = PubSubServer.start(folder);
                yield new Server(
                        kind,
                        new Wire(listener, pubsub.port()),
                        Map.of(
                                "GOOGLE_CLOUD_PROJECT",
                                "sluice",
                                "emulatorHost",
                                "127.0.0.1:" + listener.getLocalPort()),
                        null,
                        null,
                        pubsub);
            }
        };
    }

    void killAndStart() {
        if (kafka != null) {
            kafka.kill();
            kafka.start();
        }
        if (rabbit != null) {
            rabbit.kill();
            rabbit.start();
        }
    }

    /** The broker has a full disk or believes so, or no longer: one that has ended by it is started again, as a person would. */
    void diskFull(boolean full) {
        if (rabbit != null) {
            rabbit.diskFull(full);
        }
        if (disk != null) {
            Run.fill(disk, full);
        }
        if (kafka != null && !full && !kafka.isAlive()) {
            kafka.kill();
            kafka.start();
        }
    }

    @Override
    public void close() {
        if (wire != null) {
            wire.close();
        }
        if (kafka != null) {
            kafka.close();
        }
        if (rabbit != null) {
            rabbit.close();
        }
        if (pubsub != null) {
            pubsub.close();
        }
        if (disk != null) {
            disk.close();
        }
    }
}
