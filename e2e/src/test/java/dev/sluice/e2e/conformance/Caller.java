package dev.sluice.e2e.conformance;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** A client outside of the cluster: it dials the gateway of this machine and names the host that it wants. It never repeats a request. */
final class Caller implements AutoCloseable {
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    Answer get(String url, String... headersAndValues) {
        try {
            return tryGet(url, Duration.ofSeconds(90), headersAndValues);
        } catch (IOException e) {
            throw new AssertionError(url + ": " + e, e);
        }
    }

    private static HttpRequest.Builder request(String url, Duration limit) {
        var uri = URI.create(url);
        var path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        var query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port(uri) + path + query))
                .header("Host", uri.getRawAuthority())
                .timeout(limit);
    }

    Answer tryGet(String url, Duration limit, String... headersAndValues) throws IOException {
        var request = request(url, limit);
        if (headersAndValues.length > 0) {
            request.headers(headersAndValues);
        }
        try {
            var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(url, answer.statusCode(), answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** The status alone, of an answer whose body may be cut short. */
    int statusOf(String url) {
        try {
            return client.send(request(url, Duration.ofSeconds(90)).build(), HttpResponse.BodyHandlers.ofInputStream())
                    .statusCode();
        } catch (IOException e) {
            throw new AssertionError(url + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits for something, looking five times a second. */
    void until(Callable<Boolean> wanted) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(200))
                .atMost(Thing.PATIENCE)
                .until(wanted);
    }

    /** Asks until an answer is as wanted; a fifth of a second between two questions. */
    Answer until(String url, Predicate<Answer> wanted) {
        return await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(200))
                .atMost(Thing.PATIENCE)
                .until(() -> tryGet(url, Duration.ofSeconds(60)), wanted);
    }

    static int port(URI uri) {
        return uri.getPort() < 0 ? 80 : uri.getPort();
    }

    /** {@code count} requests, {@code width} at a time. */
    List<Answer> many(int count, int width, String url) {
        return together(count, width, () -> get(url));
    }

    /** Runs a call {@code count} times, {@code width} at a time, and returns what came of it in order. */
    static <T> List<T> together(int count, int width, Callable<T> call) {
        try (var threads =
                Executors.newFixedThreadPool(width, Thread.ofVirtual().factory())) {
            var all = threads.invokeAll(
                    IntStream.range(0, count).<Callable<T>>mapToObj(_ -> call).toList());
            var results = new java.util.ArrayList<T>();
            for (var one : all) {
                results.add(one.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new AssertionError(
                    e.getCause() == null ? e.toString() : e.getCause().toString(), e);
        }
    }

    /** How often each body came, of answers that are all 200. */
    static Map<String, Integer> counts(List<Answer> answers) {
        var counts = new HashMap<String, Integer>();
        answers.forEach(answer -> counts.merge(answer.ok(), 1, Integer::sum));
        return counts;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
