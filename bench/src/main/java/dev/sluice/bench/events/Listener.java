package dev.sluice.bench.events;

import io.helidon.common.socket.SocketOptions;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The subscribers, in a JVM of their own: {@code PORT}. {@code POST /N/P} is subscriber N, which fails P percent of its requests;
 * {@code
 * GET /N/P} tells count and latencies since the last time, {@code GET /count/N/P} only the count. The clock is the machine's, so it can be compared.
 */
final class Listener {
    private Listener() {}

    private static final class Subscriber {
        private final Latencies latencies = new Latencies();
        private final AtomicLong requests = new AtomicLong();
    }

    public static void main(String[] args) {
        var subscribers = new ConcurrentHashMap<String, Subscriber>(Map.of());
        var sent = HeaderNames.create("ce-sentnanos");
        WebServer.builder()
                .host("127.0.0.1")
                .port(Integer.parseInt(args[0]))
                .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
                .routing(routing -> routing.post("/*", (request, response) -> {
                            request.content().consume();
                            var path = request.path().path();
                            var subscriber = subscribers.computeIfAbsent(path, _ -> new Subscriber());
                            int failing = Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
                            if (subscriber.requests.incrementAndGet() * failing % 100 < failing) {
                                response.status(503).send();
                                return;
                            }
                            long at = Long.parseLong(request.headers().get(sent).get());
                            subscriber.latencies.add(System.nanoTime() - at);
                            response.status(202).send();
                        })
                        .get(
                                "/count/*",
                                (request, response) -> response.send(Integer.toString(subscribers
                                        .computeIfAbsent(request.path().path().substring(6), _ -> new Subscriber())
                                        .latencies
                                        .count())))
                        .get(
                                "/*",
                                (request, response) -> response.send(subscribers
                                        .computeIfAbsent(request.path().path(), _ -> new Subscriber())
                                        .latencies
                                        .take()
                                        .words())))
                .build()
                .start();
    }
}
