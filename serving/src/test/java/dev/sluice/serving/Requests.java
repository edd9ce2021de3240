package dev.sluice.serving;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;

/** Sees what goes to the API server: counts the writes that it took, by namespace, and may keep some from it. */
final class Requests implements Interceptor {
    private static final Set<String> WRITES = Set.of("POST", "PUT", "PATCH", "DELETE");

    private final ConcurrentMap<String, ConcurrentMap<String, Integer>> taken = new ConcurrentHashMap<>();
    private volatile Predicate<HttpRequest> lost = _ -> false;

    /** From now on the API server answers these as if they made no sense. */
    void lose(Predicate<HttpRequest> requests) {
        lost = requests;
    }

    /** By verb and kind, as {@code PUT configurations/status}; Services of Kubernetes are {@code core services}. */
    Map<String, Integer> writes(String namespace) {
        return new TreeMap<>(taken.getOrDefault(namespace, new ConcurrentHashMap<>()));
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        if (lost.test(request)) {
            builder.uri(request.uri().resolve(URI.create("/version")));
        }
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        var path = List.of(request.uri().getPath().split("/"));
        int at = path.indexOf("namespaces");
        if (!response.isSuccessful() || !WRITES.contains(request.method()) || at < 0 || path.size() < at + 3) {
            return;
        }
        var kind = (path.contains("apis") ? "" : "core ") + path.get(at + 2);
        var part = path.size() > at + 4 ? "/" + path.get(at + 4) : "";
        taken.computeIfAbsent(path.get(at + 1), _ -> new ConcurrentHashMap<>())
                .merge(request.method() + " " + kind + part, 1, Integer::sum);
    }
}
