package dev.sluice.buses.faults;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** The subscriber, or its dead letter sink, behind a wire: counts what it has taken, by event id; some events it refuses for good. */
final class Audience implements AutoCloseable {
    private final Map<String, AtomicInteger> taken = new ConcurrentHashMap<>();
    private final Predicate<String> refused;
    private final int port;
    final Wire wire;
    private final int near;
    private HttpServer server;
    volatile int status = 200;
    volatile int delayMillis;

    Audience(Predicate<String> refused) throws IOException {
        this.refused = refused;
        this.server = serve(0);
        this.port = server.getAddress().getPort();
        var listener = Wire.listen();
        this.near = listener.getLocalPort();
        this.wire = new Wire(listener, port);
    }

    private HttpServer serve(int wanted) throws IOException {
        var started = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 1024);
        started.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        started.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            var id = exchange.getRequestHeaders().getFirst("ce-id");
            if (delayMillis > 0) {
                pause(delayMillis);
            }
            int answer = refused.test(id) ? 400 : status;
            if (answer == 200) {
                taken.computeIfAbsent(id, _ -> new AtomicInteger()).incrementAndGet();
            }
            exchange.sendResponseHeaders(answer, -1);
            exchange.close();
        });
        started.start();
        return started;
    }

    private static void pause(int millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port + "/");
    }

    /** Through the wire. */
    URI farUrl() {
        return URI.create("http://127.0.0.1:" + near + "/");
    }

    /** How often each event was taken. */
    Map<String, AtomicInteger> taken() {
        return taken;
    }

    /** Connections break, and nothing listens. */
    void die() {
        server.stop(0);
    }

    void live() throws IOException {
        for (int attempt = 0; ; attempt++) {
            try {
                server = serve(port);
                return;
            } catch (BindException e) {
                if (attempt > 100) {
                    throw e;
                }
                pause(50);
            }
        }
    }

    @Override
    public void close() {
        wire.close();
        server.stop(0);
    }
}
