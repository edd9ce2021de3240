package hello;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/**
 * Greets, and takes CloudEvents.
 *
 * <pre>
 * GET  /   a greeting with the version below
 * POST /   an event: 202, after as many 503 per event as FAIL_FIRST says (to show redelivery)
 * </pre>
 */
public final class Hello {
    static final String VERSION = "version 1";

    private static final Map<String, String> ENV = System.getenv();
    private static final Map<String, Integer> SEEN = new ConcurrentHashMap<>();

    public static void main(String[] args) throws IOException {
        var port = Integer.parseInt(ENV.getOrDefault("PORT", "8080"));
        var server = HttpServer.create(new InetSocketAddress(port), 1024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", Hello::serve);
        server.start();
        System.out.println("hello, " + VERSION + ", listens on " + port);
    }

    private static void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("POST")) {
                exchange.sendResponseHeaders(take(exchange), -1);
                return;
            }
            var text = "Hello " + ENV.getOrDefault("TARGET", "World") + " from " + VERSION + "!\n";
            var body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static int take(HttpExchange exchange) throws IOException {
        var id = exchange.getRequestHeaders().getFirst("ce-id");
        var data = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (id == null) {
            return 400;
        }
        int attempt = SEEN.merge(id, 1, Integer::sum);
        int status = attempt <= Integer.parseInt(ENV.getOrDefault("FAIL_FIRST", "0")) ? 503 : 202;
        System.out.println("event " + id + ", attempt " + attempt + ", answered " + status + ": " + data);
        return status;
    }
}
