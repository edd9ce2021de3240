package dev.sluice.buses.faults;

import dev.sluice.buses.EventsRig;
import dev.sluice.buses.Sender;
import dev.sluice.buses.connection.BusKind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The events role as a process of its own with one subscription. It is started again on the same state, at a new port. */
final class EventsProcess implements AutoCloseable {
    private final List<String> command;
    private Process process;
    private volatile Sender sender;

    private EventsProcess(List<String> command) throws IOException {
        this.command = command;
        this.process = launch();
        this.sender = ready();
    }

    static EventsProcess start(
            Path state,
            String temporal,
            URI subscriber,
            URI sink,
            Trait trait,
            String uid,
            BusKind kind,
            Map<String, String> values)
            throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                EventsProcess.class.getName(),
                state.toString(),
                temporal,
                subscriber.toString(),
                uid,
                kind.name(),
                sink.toString(),
                trait.name()));
        values.forEach((name, value) -> command.add(name + "=" + value));
        return new EventsProcess(command);
    }

    public static void main(String[] args) throws Exception {
        var values = new HashMap<String, String>();
        for (int i = 7; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            values.put(args[i].substring(0, equals), args[i].substring(equals + 1));
        }
        try (var rig = new EventsRig(Path.of(args[0]), args[1])) {
            var kind = BusKind.valueOf(args[4]);
            if (kind != BusKind.STUB) {
                rig.on(kind, values);
            }
            rig.subscribe(
                    args[3],
                    URI.create(args[2]),
                    EventsRig.quick(1_000),
                    Trait.valueOf(args[6]).terms(URI.create(args[5])));
            System.out.println("port " + rig.events().port());
            Thread.currentThread().join();
        }
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private Sender ready() throws IOException {
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        var said = new StringBuilder();
        for (var line = out.readLine(); line != null; line = out.readLine()) {
            said.append(line).append('\n');
            if (line.startsWith("port ")) {
                Thread.startVirtualThread(() -> out.lines().forEach(_ -> {}));
                return new Sender(Integer.parseInt(line.substring(5)));
            }
        }
        throw new IOException("the events process ended:\n" + said);
    }

    Sender sender() {
        return sender;
    }

    /** kill -9, and again. */
    void killAndStart() throws IOException {
        process.destroyForcibly().onExit().join();
        process = launch();
        sender = ready();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
