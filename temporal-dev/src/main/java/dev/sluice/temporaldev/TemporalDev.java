package dev.sluice.temporaldev;

import dev.sluice.processes.EngineException;
import dev.sluice.processes.Env;
import dev.sluice.processes.OwnedFolder;
import dev.sluice.processes.Ports;
import dev.sluice.processes.Spawner;
import dev.sluice.processes.SupervisedProcess;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A real Temporal dev server on loopback, with its UI and a state file; it serves when {@link #start} returns, and comes back at the same
 * ports with the same state when its process dies.
 */
public final class TemporalDev implements AutoCloseable {

    /**
     * What to run.
     *
     * @param stateDir holds the state file, the log and the ports of last time
     * @param port the gRPC port, or 0 for that of last time or a free one
     * @param uiPort the same for the UI
     * @param searchAttributes their types by name, as {@code Keyword}, {@code KeywordList}, {@code Int}
     * @param progress one line for each step that takes time
     */
    public record Options(
            Path stateDir,
            Env env,
            int port,
            int uiPort,
            Map<String, String> searchAttributes,
            Consumer<String> progress) {
        public Options {
            searchAttributes = Map.copyOf(searchAttributes);
        }

        /** Any free ports, no search attributes, silent. */
        public static Options in(Path stateDir, Env env) {
            return new Options(stateDir, env, 0, 0, Map.of(), _ -> {});
        }

        public Options withPorts(int grpc, int ui) {
            return new Options(stateDir, env, grpc, ui, searchAttributes, progress);
        }

        public Options withSearchAttributes(Map<String, String> attributes) {
            return new Options(stateDir, env, port, uiPort, attributes, progress);
        }

        public Options withProgress(Consumer<String> lines) {
            return new Options(stateDir, env, port, uiPort, searchAttributes, lines);
        }
    }

    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final OwnedFolder owner;
    private final Spawner spawner;
    private final SupervisedProcess server;
    private final int port;
    private final int uiPort;

    private TemporalDev(OwnedFolder owner, Spawner spawner, SupervisedProcess server, int port, int uiPort) {
        this.owner = owner;
        this.spawner = spawner;
        this.server = server;
        this.port = port;
        this.uiPort = uiPort;
    }

    /** Throws {@link EngineException} when no program is to be had or it does not come up; nothing is left running then. */
    public static TemporalDev start(Options options) {
        var owner = OwnedFolder.take(options.stateDir(), "starting Temporal");
        var spawner = Spawner.start("temporal-spawner", options.env());
        try {
            return start(options, owner, spawner);
        } catch (EngineException | UncheckedIOException e) {
            spawner.close();
            owner.close();
            throw e;
        }
    }

    private static TemporalDev start(Options options, OwnedFolder owner, Spawner spawner) {
        var program = TemporalProgram.obtain(options.env(), options.progress());
        var ports = Ports.rememberedIn(owner.path().resolve("ports"));
        int port = ports.of("grpc", options.port());
        int uiPort = ports.of("ui", options.uiPort());
        var cli = new TemporalCli(program.path(), port);
        options.progress().accept("temporal: starting " + program.version());
        long begun = System.nanoTime();
        var server = SupervisedProcess.start(
                spawner,
                new SupervisedProcess.Spec(
                        "temporal",
                        command(options, program, port, uiPort),
                        Map.of(),
                        owner.path().resolve("temporal.log"),
                        cli::serving,
                        START,
                        GRACE));
        var temporal = new TemporalDev(owner, spawner, server, port, uiPort);
        try {
            cli.ensureSearchAttributes(options.searchAttributes());
        } catch (EngineException e) {
            temporal.close();
            throw e;
        }
        options.progress()
                .accept("temporal: ready after "
                        + Duration.ofNanos(System.nanoTime() - begun).toMillis() + " ms at " + temporal.target());
        return temporal;
    }

    private static List<String> command(Options options, TemporalProgram program, int port, int uiPort) {
        var command = new ArrayList<>(List.of(
                program.path().toString(),
                "server",
                "start-dev",
                "--ip",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--ui-ip",
                "127.0.0.1",
                "--ui-port",
                Integer.toString(uiPort),
                "--db-filename",
                options.stateDir().resolve("temporal.db").toString(),
                "--sqlite-pragma",
                "journal_mode=wal",
                "--sqlite-pragma",
                "synchronous=normal",
                "--log-level",
                "warn"));
        if (program.knowsNewsSwitch()) {
            command.add(TemporalProgram.NO_NEWS);
        }
        new TreeMap<>(options.searchAttributes()).forEach((name, type) -> {
            command.add("--search-attribute");
            command.add(name + "=" + type);
        });
        return command;
    }

    /** Host and port for clients. */
    public String target() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public int uiPort() {
        return uiPort;
    }

    public URI ui() {
        return URI.create("http://127.0.0.1:" + uiPort);
    }

    /** Of the present incarnation: for tests that kill it. */
    public long pid() {
        return server.pid();
    }

    public int restarts() {
        return server.restarts();
    }

    public Path log() {
        return server.log();
    }

    /** Waits until the server answers (again). */
    public boolean awaitServing(Duration atMost) {
        return server.awaitReady(atMost);
    }

    @Override
    public void close() {
        server.close();
        spawner.close();
        owner.close();
    }
}
