package dev.sluice.testing.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One program that can be killed and started again; it is ready when its output says so. */
final class ServerProcess {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path log;
    private final String readyLine;
    private final List<String> command;
    private final Map<String, String> environment;
    private final boolean onlyThis;
    private @Nullable Process process;

    /** @param onlyThis the environment is nothing but what is given */
    ServerProcess(Path log, String readyLine, List<String> command, Map<String, String> environment, boolean onlyThis) {
        this.log = log;
        this.readyLine = readyLine;
        this.command = command;
        this.environment = environment;
        this.onlyThis = onlyThis;
    }

    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void start() {
        try {
            var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
            if (onlyThis) {
                builder.environment().clear();
            }
            builder.environment().putAll(environment);
            var started = builder.start();
            process = started;
            awaitReady(started);
        } catch (IOException e) {
            kill(); // who gets no server cannot end one
            throw new UncheckedIOException("starting " + command.getFirst(), e);
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void awaitReady(Process started) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!output().contains(readyLine)) {
            if (started.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
                kill();
                throw new IllegalStateException(command.getFirst() + " did not start:\n" + output());
            }
        }
    }

    private String output() throws IOException {
        return Files.exists(log) ? Files.readString(log, StandardCharsets.ISO_8859_1) : "";
    }

    long pid() {
        var running = process;
        return running == null ? -1 : running.pid();
    }

    /** kill -9, with whatever it started. */
    void kill() {
        var running = process;
        process = null;
        if (running != null) {
            var children = running.descendants().toList();
            running.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
            running.onExit().join();
        }
    }
}
