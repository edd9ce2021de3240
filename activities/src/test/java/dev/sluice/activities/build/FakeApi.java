package dev.sluice.activities.build;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** As much of an API server as the activities of a build ask: objects by their paths, without selectors, and nothing ever changes for those who watch. */
final class FakeApi implements AutoCloseable {
    static final String PODS = "/api/v1/namespaces/n/pods/";
    static final String BUILD = "/apis/build.knative.dev/v1alpha1/namespaces/n/builds/b";

    private static final ObjectMapper JSON = new ObjectMapper();

    final Map<String, ObjectNode> objects = new ConcurrentSkipListMap<>();
    final List<String> deleted = new CopyOnWriteArrayList<>();
    volatile Runnable whenPodIsMade = () -> {};
    volatile boolean listable = true;
    /** Given the path, before the answer. */
    volatile Consumer<String> whenAsked = _ -> {};

    private final CountDownLatch closing = new CountDownLatch(1);
    private final HttpServer server;

    FakeApi() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(task -> Thread.ofVirtual().name("fake-api").start(task));
        server.createContext("/", this::answer);
        server.start();
        put(
                "/api/v1/namespaces/n/serviceaccounts/default",
                "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: n}");
    }

    KubernetesClient client() {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.empty())
                        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .withRequestTimeout(120_000) // it answers when a test wants it to
                        .build())
                .build();
    }

    void put(String path, String yaml) {
        objects.put(path, Serialization.unmarshal(yaml, ObjectNode.class));
    }

    /** The Build {@code b} with a spec and a status, as YAML. */
    void build(String spec, String status) {
        put(BUILD, """
                apiVersion: build.knative.dev/v1alpha1
                kind: Build
                metadata: {name: b, namespace: n, uid: u, resourceVersion: "1", generation: 1, creationTimestamp: "2026-01-01T00:00:00Z"}
                spec: %s
                status: %s
                """.formatted(spec, status));
    }

    ObjectNode object(String path) {
        return Objects.requireNonNull(objects.get(path), path);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            var body = exchange.getRequestBody().readAllBytes();
            whenAsked.accept(path);
            if (String.valueOf(exchange.getRequestURI().getQuery()).contains("watch=true")) {
                if (exchange.getRequestHeaders().containsKey("Upgrade")) {
                    exchange.sendResponseHeaders(200, -1); // then it is asked for without a WebSocket
                    return;
                }
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().flush();
                closing.await();
                return;
            }
            switch (exchange.getRequestMethod()) {
                case "POST" -> {
                    var made = (ObjectNode) JSON.readTree(body);
                    ((ObjectNode) made.get("metadata")).put("creationTimestamp", "2026-01-01T00:00:01Z");
                    var place = path + "/" + made.at("/metadata/name").asText();
                    objects.put(place, made);
                    if (place.startsWith(PODS)) {
                        made.putObject("status").put("phase", "Pending");
                        whenPodIsMade.run();
                    }
                    send(exchange, 201, made);
                }
                case "DELETE" -> {
                    deleted.add(path.replace(PODS, "") + " "
                            + JSON.readTree(body).path("gracePeriodSeconds").asText());
                    var gone = objects.remove(path);
                    send(exchange, gone == null ? 404 : 200, gone == null ? status(404) : gone);
                }
                case "PATCH" -> {
                    var target = object(path.replace("/status", ""));
                    target.set("status", JSON.readTree(body).path("status"));
                    send(exchange, 200, target);
                }
                default -> {
                    var found = objects.get(path);
                    if (path.endsWith("/pods") || path.endsWith("/builds")) {
                        found = listable ? list(path) : null;
                    }
                    send(exchange, found == null ? 404 : 200, found == null ? status(404) : found);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private ObjectNode list(String path) {
        var list = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "List");
        list.putObject("metadata").put("resourceVersion", "1");
        var items = list.putArray("items");
        objects.forEach((name, object) -> {
            if (name.startsWith(path + "/")) {
                items.add(object);
            }
        });
        return list;
    }

    private static ObjectNode status(int code) {
        return JSON.createObjectNode()
                .put("apiVersion", "v1")
                .put("kind", "Status")
                .put("code", code);
    }

    private static void send(HttpExchange exchange, int code, JsonNode body) throws IOException {
        var bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
    }
}
