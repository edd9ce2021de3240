package dev.sluice.testing.gcs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/** The one call of Google Cloud Storage's JSON API that fetches an object, over a map; and the metadata server's token. */
public final class Buckets implements AutoCloseable {
    private static final String TOKEN = "token-of-the-machine";

    private final HttpServer server;
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private final Deque<Integer> faults = new ArrayDeque<>();
    private final List<String> asked = new ArrayList<>();

    private Buckets(HttpServer server) {
        this.server = server;
    }

    public static Buckets at(String address, int port) throws IOException {
        var buckets = new Buckets(HttpServer.create(new InetSocketAddress(address, port), 0));
        buckets.server.createContext("/storage/v1/b/", buckets::object);
        buckets.server.createContext("/computeMetadata/v1/instance/service-accounts/default/token", Buckets::token);
        buckets.server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        buckets.server.start();
        return buckets;
    }

    public String url() {
        return "http://" + authority();
    }

    /** {@code host:port} */
    public String authority() {
        return server.getAddress().getHostString() + ":" + server.getAddress().getPort();
    }

    /** Objects in a bucket whose name begins with {@code private} are for the machine's own account only. */
    public void put(String bucket, String object, byte[] content) {
        objects.put(bucket + "/" + object, content);
    }

    /** What the next requests for objects are answered with. */
    public synchronized void failing(Integer... statuses) {
        faults.addAll(Arrays.asList(statuses));
    }

    /** How many requests for objects there were. */
    public synchronized int requests() {
        return asked.size();
    }

    private synchronized int nextFault(String path) {
        asked.add(path);
        return faults.isEmpty() ? 0 : faults.remove();
    }

    private void object(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getRawPath();
            int fault = nextFault(path);
            if (fault != 0) {
                exchange.sendResponseHeaders(fault, -1);
                return;
            }
            var parts = path.substring("/storage/v1/b/".length()).split("/o/", 2);
            var bucket = parts[0];
            var name = URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
            var authorization = exchange.getRequestHeaders().getFirst("Authorization");
            if (bucket.startsWith("private") && !("Bearer " + TOKEN).equals(authorization)) {
                exchange.sendResponseHeaders(authorization == null ? 401 : 403, -1);
                return;
            }
            var content = objects.get(bucket + "/" + name);
            if (content == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
            exchange.getResponseBody().write(content);
        }
    }

    private static void token(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = ("{\"access_token\":\"" + TOKEN + "\",\"expires_in\":3000}").getBytes(StandardCharsets.UTF_8);
            boolean asked = "Google".equals(exchange.getRequestHeaders().getFirst("Metadata-Flavor"));
            exchange.sendResponseHeaders(asked ? 200 : 403, asked ? body.length : -1);
            if (asked) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
