package dev.sluice.testing.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Kafka's own broker and controller in one process (KRaft), from the jars of {@code kafka_2.13} on the test's class path. What it
 * has acknowledged survives {@link #kill}.
 */
public final class KafkaServer implements AutoCloseable {
    private static final String CLUSTER = "4L6g3nShT-eMCtK--X86sw";

    private final int port;
    private final ServerProcess broker;

    private KafkaServer(int port, ServerProcess broker) {
        this.port = port;
        this.broker = broker;
    }

    /** @param folder an empty one of the test's */
    public static KafkaServer start(Path folder) {
        return start(folder, "PLAINTEXT", Map.of());
    }

    /** Its clients reach it at another port of this machine, where a test stands in between. */
    public static KafkaServer startBehind(Path folder, int advertised) {
        int controller = ServerProcess.freePort();
        return start(
                folder,
                "PLAINTEXT",
                controller,
                Map.of(
                        "advertised.listeners",
                        "CLIENTS://127.0.0.1:" + advertised + ",CONTROLLER://127.0.0.1:" + controller));
    }

    /**
     * @param protocol of the listener for clients
     * @param more lines of server.properties
     */
    public static KafkaServer start(Path folder, String protocol, Map<String, String> more) {
        return start(folder, protocol, ServerProcess.freePort(), more);
    }

    private static KafkaServer start(Path folder, String protocol, int controller, Map<String, String> more) {
        int port = ServerProcess.freePort();
        try {
            Files.createDirectories(folder);
            var properties = new StringBuilder("""
                    process.roles=broker,controller
                    node.id=1
                    controller.quorum.bootstrap.servers=127.0.0.1:%2$d
                    listeners=CLIENTS://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                    advertised.listeners=CLIENTS://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                    listener.security.protocol.map=CLIENTS:%3$s,CONTROLLER:PLAINTEXT
                    controller.listener.names=CONTROLLER
                    inter.broker.listener.name=CLIENTS
                    log.dirs=%4$s
                    offsets.topic.replication.factor=1
                    offsets.topic.num.partitions=1
                    transaction.state.log.replication.factor=1
                    transaction.state.log.min.isr=1
                    transaction.state.log.num.partitions=1
                    share.coordinator.state.topic.replication.factor=1
                    share.coordinator.state.topic.min.isr=1
                    group.initial.rebalance.delay.ms=0
                    broker.session.timeout.ms=2000
                    broker.heartbeat.interval.ms=500
                    """.formatted(port, controller, protocol, folder.resolve("data")));
            more.forEach((name, value) ->
                    properties.append(name).append('=').append(value).append('\n'));
            var file = Files.writeString(folder.resolve("server.properties"), properties);
            Files.writeString(folder.resolve("logback.xml"), """
                    <configuration><appender name="out" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%d %level %logger{0} %msg%n</pattern></encoder></appender>
                    <root level="WARN"><appender-ref ref="out"/></root><logger name="kafka.server.KafkaRaftServer" level="INFO"/><logger name="org.apache.kafka.server.KafkaRaftServer" level="INFO"/></configuration>
                    """);
            run(java(
                    folder, "kafka.tools.StorageTool", "format", "--standalone", "-t", CLUSTER, "-c", file.toString()));
            var broker = new ServerProcess(
                    folder.resolve("broker.log"),
                    "Kafka Server started",
                    java(folder, "kafka.Kafka", file.toString()),
                    Map.of(),
                    false);
            broker.start();
            return new KafkaServer(port, broker);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static List<String> java(Path folder, String main, String... arguments) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=" + folder.resolve("logback.xml"),
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(List.of(arguments));
        return command;
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("formatting Kafka's storage failed:\n" + said);
        }
    }

    public int port() {
        return port;
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** kill -9. */
    public void kill() {
        broker.kill();
    }

    /** Again, on the same data and port. */
    public void start() {
        broker.start();
    }

    /** False when it has ended by itself, as it does when it cannot write. */
    public boolean isAlive() {
        return ProcessHandle.of(broker.pid()).filter(ProcessHandle::isAlive).isPresent();
    }

    public long pid() {
        return broker.pid();
    }

    @Override
    public void close() {
        broker.kill();
    }
}
