package dev.sluice.e2e;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What steps of builds ask: outside of the platform, so no fault touches it. It counts who came to which gate, and holds them until it is open. */
final class Gates implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private record Gate(AtomicInteger passed, CountDownLatch open) {
        Gate() {
            this(new AtomicInteger(), new CountDownLatch(1));
        }
    }

    private final HttpServer server;
    private final String address;
    private final Map<String, Gate> gates = new ConcurrentHashMap<>();

    /** At an address of this machine that pods reach; it may come and go with the platform. */
    Gates(String address) {
        this.address = address;
        try {
            server = HttpServer.create(new InetSocketAddress(0), 64);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                boolean passed = pass(exchange.getRequestURI().getPath().substring(1));
                exchange.sendResponseHeaders(passed ? 200 : 503, -1);
            }
        });
        server.start();
    }

    String url(String gate) {
        return "http://" + address + ":" + server.getAddress().getPort() + "/" + gate;
    }

    /** Counts, and returns when the gate is open. */
    boolean pass(String name) {
        var gate = gate(name);
        gate.passed.incrementAndGet();
        try {
            return gate.open.await(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** How many have come. */
    int count(String name) {
        return gate(name).passed.get();
    }

    void open(String... names) {
        for (var name : names) {
            gate(name).open.countDown();
        }
    }

    private Gate gate(String name) {
        return gates.computeIfAbsent(name, _ -> new Gate());
    }

    @Override
    public void close() {
        gates.values().forEach(gate -> gate.open.countDown());
        server.stop(0);
    }
}
