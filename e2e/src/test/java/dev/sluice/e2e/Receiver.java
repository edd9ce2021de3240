package dev.sluice.e2e;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** A subscriber outside of the platform, which no fault touches: it remembers every delivery and answers as told. */
final class Receiver implements AutoCloseable {
    record Delivery(String id, int status) {}

    private final HttpServer server;
    private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    private volatile int status = 202;

    Receiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                int answer = status;
                deliveries.add(
                        new Delivery(String.valueOf(exchange.getRequestHeaders().getFirst("ce-id")), answer));
                exchange.sendResponseHeaders(answer, -1);
            }
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    void answer(int next) {
        status = next;
    }

    List<Delivery> deliveries() {
        return List.copyOf(deliveries);
    }

    long attempts(String id) {
        return deliveries.stream().filter(d -> d.id().equals(id)).count();
    }

    boolean took(String id) {
        return deliveries.stream().anyMatch(d -> d.id().equals(id) && d.status() == 202);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
