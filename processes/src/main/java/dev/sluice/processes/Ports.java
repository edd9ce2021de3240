package dev.sluice.processes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Set;

/**
 * Loopback ports by name: those of last time when they are free, else free ones, remembered in a file. They lie below the range from
 * which the kernel takes ports for outgoing connections, so that a server that died finds its port free again.
 */
public final class Ports {

    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 32_000;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path file;
    private final Properties known = new Properties();
    /** In this run: a port that was given is free until its server listens. */
    private final Set<Integer> given = new HashSet<>();

    private Ports(Path file) {
        this.file = file;
    }

    public static Ports rememberedIn(Path file) {
        var ports = new Ports(file);
        if (Files.exists(file)) {
            try (var in = Files.newInputStream(file)) {
                ports.known.load(in);
            } catch (IOException e) {
                throw new UncheckedIOException("reading " + file, e);
            }
        }
        return ports;
    }

    /** A wanted port above zero must be free; with zero the one of last time or any other. */
    public synchronized int of(String name, int wanted) {
        int port = wanted;
        if (wanted > 0) {
            if (!free(wanted)) {
                throw new EngineException("taking port " + wanted + " for " + name + ": it is in use");
            }
        } else {
            port = number(known.getProperty(name, "0"));
            while (!usable(port) || given.contains(port) || !free(port)) {
                port = RANDOM.nextInt(LOWEST, HIGHEST);
            }
        }
        given.add(port);
        remember(name, port);
        return port;
    }

    /** A port that nobody else gets until it is released, which is right before its server listens. */
    public static final class Held implements AutoCloseable {
        private final ServerSocket socket;

        private Held(ServerSocket socket) {
            this.socket = socket;
        }

        public int port() {
            return socket.getLocalPort();
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException("releasing port " + port(), e);
            }
        }
    }

    /** As {@link #of}, for a port whose server listens much later than others might look for one. */
    public synchronized Held hold(String name, int wanted) {
        while (true) {
            int port = of(name, wanted);
            try {
                return new Held(listen(port));
            } catch (IOException _) {
                // somebody was faster: the next look refuses a wanted port, or finds another one
            }
        }
    }

    /** The port of last time; empty when there was none. */
    public synchronized OptionalInt last(String name) {
        int port = number(known.getProperty(name, "0"));
        return usable(port) ? OptionalInt.of(port) : OptionalInt.empty();
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static boolean usable(int port) {
        return port > 0 && port < 65_536;
    }

    private void remember(String name, int port) {
        known.setProperty(name, Integer.toString(port));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            var next = file.resolveSibling(file.getFileName() + ".next");
            try (var out = Files.newOutputStream(next)) {
                known.store(out, null);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + file, e);
        }
    }

    private static boolean free(int port) {
        try (var _ = listen(port)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static ServerSocket listen(int port) throws IOException {
        var socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
