package dev.sluice.gateway.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.gateway.balance.Gates;
import dev.sluice.gateway.trace.SpanNumbers;
import dev.sluice.model.dataplane.RevisionId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /healthz}, {@code /ready}, {@code /metrics} and {@code /drain/{namespace}/{revision}/{container}}. */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    /** How long a drain hook waits for its pod's deletion to be seen: longer means that none is coming. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** A kubelet cuts a hook at the end of the pod's grace period; this only bounds what is kept of one it forgot. */
    private static final Duration LONGEST_DRAIN = Duration.ofMinutes(15);

    private static final String DRAIN = "/drain/";

    private final HttpServer server;
    private final ExecutorService threads;
    private final Gates gates;

    /** Gateway-wide numbers for the metrics page. */
    public record Gauges(int connections, long unrouted, SpanNumbers.Totals spans) {}

    private AdminServer(HttpServer server, ExecutorService threads, Gates gates) {
        this.server = server;
        this.threads = threads;
        this.gates = gates;
    }

    public static AdminServer start(
            InetSocketAddress address, Gates gates, BooleanSupplier ready, Supplier<Gauges> gauges) throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new IOException("listening on " + address + " for administration: " + e.getMessage(), e);
        }
        var threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("gateway-admin-", 0).factory());
        var admin = new AdminServer(server, threads, gates);
        server.setExecutor(threads);
        server.createContext("/", exchange -> respond(exchange, 404, "not found\n"));
        server.createContext("/healthz", exchange -> respond(exchange, 200, "ok\n"));
        server.createContext(
                "/ready",
                exchange -> respond(
                        exchange, ready.getAsBoolean() ? 200 : 503, ready.getAsBoolean() ? "ready\n" : "not ready\n"));
        server.createContext("/metrics", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", MetricsPage.CONTENT_TYPE);
            respond(exchange, 200, MetricsPage.render(gates.snapshots(), gauges.get()));
        });
        server.createContext(DRAIN, admin::drain);
        server.start();
        return admin;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void drain(HttpExchange exchange) throws IOException {
        var parts = exchange.getRequestURI().getPath().substring(DRAIN.length()).split("/", -1);
        // pods of before have a hook on one container only, which does not say its name
        boolean named = parts.length == 3;
        if ((!named && parts.length != 2) || Arrays.asList(parts).contains("")) {
            respond(exchange, 404, "want /drain/{namespace}/{revision}/{container}\n");
            return;
        }
        var revision = new RevisionId(parts[0], parts[1]);
        var gate = gates.find(revision);
        if (gate == null) {
            respond(exchange, 200, "unknown revision: nothing is in flight\n");
            return;
        }
        try {
            var outcome = gate.drainHook(named ? parts[2] : "", PATIENCE, LONGEST_DRAIN);
            LOG.atDebug()
                    .addKeyValue("revision", revision)
                    .addKeyValue("outcome", outcome)
                    .log("drain hook");
            respond(exchange, 200, outcome + "\n");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            respond(exchange, 503, "gateway is closing\n");
        }
    }

    private static void respond(HttpExchange exchange, int status, String text) throws IOException {
        try (exchange) {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
