package dev.sluice.e2e.eventing;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A subscriber of the test: it keeps every request and answers as it is told. */
final class Listener implements AutoCloseable {
    /** @param headers by lower-case name */
    record Heard(Map<String, String> headers, String body, int answered) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        String id() {
            return header("ce-id");
        }
    }

    record Answer(int status, Map<String, String> headers, String body) {
        static Answer of(int status) {
            return new Answer(status, Map.of(), "");
        }
    }

    private final HttpServer server;
    private final List<Heard> heard = new CopyOnWriteArrayList<>();
    private volatile Function<Heard, Answer> answers = _ -> Answer.of(202);

    Listener() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                var headers = new TreeMap<String, String>();
                exchange.getRequestHeaders()
                        .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
                var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                var answer = answers.apply(new Heard(headers, body, 0));
                heard.add(new Heard(headers, body, answer.status()));
                answer.headers()
                        .forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
                var bytes = answer.body().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    Listener answering(Function<Heard, Answer> how) {
        answers = how;
        return this;
    }

    /** Refuses each event so often, with 409 as Knative's receivers do, and then takes it. */
    Listener dropping(int first) {
        var counts = new ConcurrentHashMap<String, AtomicInteger>();
        return answering(heard -> Answer.of(
                counts.computeIfAbsent(heard.id(), _ -> new AtomicInteger()).incrementAndGet() <= first ? 409 : 202));
    }

    /** Answers with an event of this type. */
    Listener replying(String type) {
        return answering(heard -> new Answer(
                200,
                Map.of(
                        "ce-specversion", "1.0",
                        "ce-id", heard.id() + "-" + type,
                        "ce-type", type,
                        "ce-source", "/reply",
                        "Content-Type", "text/plain"),
                heard.body() + ">" + type));
    }

    List<Heard> heard() {
        return List.copyOf(heard);
    }

    List<String> ids() {
        return heard.stream().map(Heard::id).toList();
    }

    /** Those that were answered with 2xx. */
    List<Heard> taken() {
        return heard.stream().filter(h -> h.answered() / 100 == 2).toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
