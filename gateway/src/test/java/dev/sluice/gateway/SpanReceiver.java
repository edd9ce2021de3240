package dev.sluice.gateway;

import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** A collector as OTLP over HTTP wants it: keeps every span and the head of every export. */
final class SpanReceiver implements AutoCloseable {
    final Queue<Span> spans = new ConcurrentLinkedQueue<>();
    final Queue<Map<String, List<String>>> heads = new ConcurrentLinkedQueue<>();
    final Queue<String> services = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch open = new CountDownLatch(1);
    private final HttpServer server;

    SpanReceiver(boolean answers, int status) throws IOException {
        server = HttpServer.create(Fixture.loopback(), 0);
        server.setExecutor(threads);
        server.createContext("/v1/traces", exchange -> take(exchange, status));
        if (answers) {
            open.countDown();
        }
        server.start();
    }

    SpanReceiver() throws IOException {
        this(true, 200);
    }

    private void take(HttpExchange exchange, int status) throws IOException {
        try (exchange) {
            var export = ExportTraceServiceRequest.parseFrom(exchange.getRequestBody());
            open.await();
            heads.add(exchange.getRequestHeaders());
            for (var resource : export.getResourceSpansList()) {
                resource.getResource().getAttributesList().stream()
                        .filter(attribute -> attribute.getKey().equals("service.name"))
                        .forEach(attribute -> services.add(attribute.getValue().getStringValue()));
                resource.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList()));
            }
            exchange.sendResponseHeaders(status, -1);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Exports are answered from now on. */
    void open() {
        open.countDown();
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces";
    }

    /** The only span of this name. */
    Span span(String name) {
        await().until(() -> spans.stream().anyMatch(span -> span.getName().equals(name)));
        return all(name).getFirst();
    }

    List<Span> all(String name) {
        return spans.stream().filter(span -> span.getName().equals(name)).toList();
    }

    static String id(com.google.protobuf.ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    static Map<String, String> attributes(Span span) {
        return span.getAttributesList().stream()
                .collect(Collectors.toMap(
                        attribute -> attribute.getKey(),
                        attribute -> attribute.getValue().hasIntValue()
                                ? Long.toString(attribute.getValue().getIntValue())
                                : attribute.getValue().getStringValue()));
    }

    @Override
    public void close() {
        open();
        server.stop(0);
        threads.shutdownNow();
    }
}
