package dev.sluice.testing.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Debian's RabbitMQ with a port mapper of its own. Its system service is not used, and need not run. Declare queues two seconds
 * before {@link #kill}: a younger quorum queue is lost with what it confirmed.
 */
public final class RabbitServer implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server");
    private static final Path PORT_MAPPER = Path.of("/usr/bin/epmd");

    private static final Path CONTROL = Path.of("/usr/lib/rabbitmq/bin/rabbitmqctl");

    private final int port;
    private final Map<String, String> environment;
    private final Process mapper;
    private final ServerProcess broker;

    private RabbitServer(int port, Map<String, String> environment, Process mapper, ServerProcess broker) {
        this.port = port;
        this.environment = environment;
        this.mapper = mapper;
        this.broker = broker;
    }

    /** @param folder an empty one of the test's */
    public static RabbitServer start(Path folder) {
        return start(folder, "listeners.tcp.1", "");
    }

    /**
     * @param listener the key of rabbitmq.conf that takes the port
     * @param more lines of rabbitmq.conf
     */
    public static RabbitServer start(Path folder, String listener, String more) {
        if (!Files.isExecutable(PROGRAM) || !Files.isExecutable(PORT_MAPPER)) {
            throw new IllegalStateException(
                    "this test needs RabbitMQ and found no " + PROGRAM
                            + "; on Debian: apt-get install --no-install-recommends rabbitmq-server (its system service need not run)");
        }
        int port = ServerProcess.freePort();
        int mapperPort = ServerProcess.freePort();
        try {
            Files.createDirectories(folder.resolve("home"));
            Files.writeString(folder.resolve("enabled_plugins"), "[].");
            Files.writeString(
                    folder.resolve("rabbitmq.conf"),
                    listener + " = 127.0.0.1:" + port + "\nlog.console = true\nlog.file = false\n" + more + "\n");
            var mapper = new ProcessBuilder(
                            PORT_MAPPER.toString(), "-port", Integer.toString(mapperPort), "-address", "127.0.0.1")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var environment = environment(folder, mapperPort);
            var broker = new ServerProcess(
                    folder.resolve("broker.log"),
                    "Server startup complete",
                    List.of(PROGRAM.toString()),
                    environment,
                    true);
            var server = new RabbitServer(port, environment, mapper, broker);
            try {
                awaitPort(mapperPort, mapper);
                broker.start();
                return server;
            } catch (IOException | RuntimeException | Error e) { // nobody else knows of what runs already
                server.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> environment(Path folder, int mapperPort) {
        var environment = new HashMap<String, String>();
        environment.put("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
        environment.put("LANG", "C.UTF-8");
        environment.put("RUNNING_UNDER_SYSTEMD", "1"); // else the process would be a shell's
        environment.put("HOME", folder.resolve("home").toString());
        environment.put("ERL_EPMD_PORT", Integer.toString(mapperPort));
        environment.put("ERL_EPMD_ADDRESS", "127.0.0.1");
        environment.put("RABBITMQ_CONF_ENV_FILE", "/dev/null");
        environment.put("RABBITMQ_NODENAME", "t1@localhost");
        environment.put("RABBITMQ_DIST_PORT", Integer.toString(ServerProcess.freePort()));
        environment.put("RABBITMQ_MNESIA_BASE", folder.resolve("mnesia").toString());
        environment.put("RABBITMQ_LOG_BASE", folder.resolve("log").toString());
        environment.put("RABBITMQ_CONFIG_FILE", folder.resolve("rabbitmq.conf").toString());
        environment.put(
                "RABBITMQ_ENABLED_PLUGINS_FILE",
                folder.resolve("enabled_plugins").toString());
        environment.put("ERL_CRASH_DUMP", folder.resolve("erl_crash.dump").toString()); // of a start that fails
        environment.put("RABBITMQ_PID_FILE", folder.resolve("pid").toString());
        environment.put(
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none");
        return environment;
    }

    private static void awaitPort(int port, Process process) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    throw new IOException("epmd did not start", e);
                }
                pause(process);
            }
        }
    }

    private static void pause(Process process) throws IOException {
        try {
            process.waitFor(20, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** As if the disk had no room left, or has room again. */
    public void diskFull(boolean full) {
        control("set_disk_free_limit", full ? "100000GB" : "50MB");
    }

    /** As if the network had lost them. */
    public void closeConnections() {
        control("close_all_connections", "a test");
    }

    private void control(String... arguments) {
        var command = new ArrayList<>(List.of(CONTROL.toString(), "-n", "t1@localhost"));
        command.addAll(List.of(arguments));
        try {
            var builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().clear();
            builder.environment().putAll(environment);
            var process = builder.start();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + " failed:\n" + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public int port() {
        return port;
    }

    /** kill -9. */
    public void kill() {
        broker.kill();
    }

    /** Again, on the same data and port. */
    public void start() {
        broker.start();
    }

    public long pid() {
        return broker.pid();
    }

    @Override
    public void close() {
        broker.kill();
        mapper.destroyForcibly();
        mapper.onExit().join();
    }
}
