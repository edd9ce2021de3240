package dev.sluice.testing.echo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * An HTTP server that does what it is asked to.
 *
 * <pre>
 * GET  /                 Hello TARGET! (environment; World)
 * GET  /env, /headers    what it was started with, what came
 * GET  /sleep?ms=N       answers after N milliseconds
 * GET  /status?code=N    answers N
 * GET  /exit?code=N      ends with N
 * POST /                 an event: the first FAIL_FIRST deliveries of each body get 503, then 202
 * GET  /received         one line per delivery: attempt, status, headers that start with ce- or content-type, body
 * </pre>
 *
 * Environment: {@code PORT}, {@code TARGET}, {@code FAIL_FIRST}, {@code START_DELAY_MS}, {@code EXIT_CODE} (ends at once).
 */
public final class Echo {
    private final Map<String, String> env;
    private final Map<String, Integer> attempts = new ConcurrentHashMap<>();
    private final List<String> received = new ArrayList<>(); // guarded by itself

    private Echo(Map<String, String> env) {
        this.env = env;
    }

    public static void main(String[] args) throws Exception {
        var env = System.getenv();
        System.out.println("echo starts " + String.join(" ", args));
        if (env.containsKey("EXIT_CODE")) {
            System.out.println("echo ends with " + env.get("EXIT_CODE"));
            System.exit(Integer.parseInt(env.get("EXIT_CODE")));
        }
        TimeUnit.MILLISECONDS.sleep(Long.parseLong(env.getOrDefault("START_DELAY_MS", "0")));
        new Echo(env).start(Integer.parseInt(env.getOrDefault("PORT", "8080")));
    }

    private void start(int port) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(port), 1024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::serve);
        server.start();
        System.out.println("echo listens on " + port);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            var query = query(exchange);
            switch (exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath()) {
                case "GET /env" -> answer(exchange, 200, lines(new TreeMap<>(env)));
                case "GET /headers" -> answer(exchange, 200, headers(exchange, ""));
                case "GET /sleep" -> {
                    TimeUnit.MILLISECONDS.sleep(Long.parseLong(query.getOrDefault("ms", "100")));
                    answer(exchange, 200, "slept\n");
                }
                case "GET /status" ->
                    answer(exchange, Integer.parseInt(query.getOrDefault("code", "500")), "as asked\n");
                case "GET /exit" -> Runtime.getRuntime().halt(Integer.parseInt(query.getOrDefault("code", "1")));
                case "GET /received" -> {
                    synchronized (received) {
                        answer(exchange, 200, String.join("\n", received) + "\n");
                    }
                }
                case "POST /" -> event(exchange);
                default -> answer(exchange, 200, "Hello " + env.getOrDefault("TARGET", "World") + "!\n");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void event(HttpExchange exchange) throws IOException {
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        int attempt = attempts.merge(body, 1, Integer::sum);
        int status = attempt <= Integer.parseInt(env.getOrDefault("FAIL_FIRST", "0")) ? 503 : 202;
        synchronized (received) {
            received.add(attempt + " " + status + " "
                    + headers(exchange, "ce-|content-type|kn-|prefer").replace("\n", "; ") + " " + body);
        }
        System.out.println("event, delivery " + attempt + ", answered " + status);
        answer(exchange, status, "");
    }

    private static String headers(HttpExchange exchange, String prefixes) {
        var wanted = new TreeMap<String, String>();
        exchange.getRequestHeaders().forEach((name, values) -> {
            var lower = name.toLowerCase(java.util.Locale.ROOT);
            if (prefixes.isEmpty() || lower.matches("(" + prefixes + ").*")) {
                wanted.put(lower, String.join(",", values));
            }
        });
        return lines(wanted);
    }

    private static String lines(Map<String, String> values) {
        var text = new StringBuilder();
        values.forEach(
                (name, value) -> text.append(name).append('=').append(value).append('\n'));
        return text.toString();
    }

    private static Map<String, String> query(HttpExchange exchange) {
        var values = new TreeMap<String, String>();
        var raw = exchange.getRequestURI().getRawQuery();
        if (raw != null) {
            for (var pair : raw.split("&", -1)) {
                var parts = pair.split("=", 2);
                values.put(parts[0], parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            }
        }
        return values;
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
