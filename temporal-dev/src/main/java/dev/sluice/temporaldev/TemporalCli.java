package dev.sluice.temporaldev;

import dev.sluice.processes.EngineException;
import dev.sluice.processes.Programs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is asked of the running server, through its own command line: so this module needs no gRPC. */
final class TemporalCli {

    private static final Duration CALL = Duration.ofSeconds(10);
    private static final int CONNECT_MILLIS = 500;

    private final Path program;
    private final int port;

    TemporalCli(Path program, int port) {
        this.program = program;
        this.port = port;
    }

    /** Whether the gRPC health service says SERVING. */
    boolean serving() throws IOException, InterruptedException {
        // A program start is dear; a refused connection says as much.
        try (var socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), CONNECT_MILLIS);
        }
        return call("operator", "cluster", "health").stream().anyMatch(line -> line.contains("SERVING"));
    }

    /** Adds what a state file of an older version lacks; a type that differs is refused, as it cannot be changed. */
    void ensureSearchAttributes(Map<String, String> wanted) {
        if (wanted.isEmpty()) {
            return;
        }
        try {
            var present = present();
            for (var attribute : new TreeMap<>(wanted).entrySet()) {
                var type = present.get(attribute.getKey());
                if (type == null) {
                    call(
                            "operator",
                            "search-attribute",
                            "create",
                            "--name",
                            attribute.getKey(),
                            "--type",
                            attribute.getValue());
                } else if (!type.equalsIgnoreCase(attribute.getValue())) {
                    throw new EngineException("registering the search attribute " + attribute.getKey() + ": it is "
                            + type + " in the state file, not " + attribute.getValue());
                }
            }
        } catch (IOException e) {
            throw new EngineException("registering search attributes: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException("registering search attributes: interrupted", e);
        }
    }

    /** Types by name, out of a table of two columns. */
    private Map<String, String> present() throws IOException, InterruptedException {
        var types = new HashMap<String, String>();
        for (String line : call("operator", "search-attribute", "list")) {
            var columns = line.strip().split("\\s+", -1);
            if (columns.length == 2) {
                types.put(columns[0], columns[1]);
            }
        }
        return types;
    }

    private List<String> call(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(program.toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("--address", "127.0.0.1:" + port, "--command-timeout", "5s", "--color", "never"));
        // The user's own settings are meant for another server.
        command.addAll(List.of("--disable-config-file", "--disable-config-env"));
        var lines = new ArrayList<String>();
        Programs.run(command, Path.of("/"), Map.of(), CALL, line -> {
            synchronized (lines) {
                lines.add(line);
            }
        });
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }
}
