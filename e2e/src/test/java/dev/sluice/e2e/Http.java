package dev.sluice.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** A caller outside of the platform: it knows the gateway's port and the host it wants. */
final class Http {
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** GETs a URL as a user has it: {@code *.localhost} is this machine, whatever the resolver here says. */
    HttpResponse<String> get(String url) {
        return send(request(url).GET());
    }

    /** GETs what is not behind the gateway, at the address that the URL names. */
    HttpResponse<String> getDirectly(String url) {
        return send(HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(30))
                .GET());
    }

    HttpResponse<String> post(String url, Map<String, String> headers, String body) {
        var request = request(url).POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return send(request);
    }

    private static HttpRequest.Builder request(String url) {
        var uri = URI.create(url);
        var port = uri.getPort() < 0 ? 80 : uri.getPort();
        var path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        var query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path + query))
                .header("Host", uri.getRawAuthority())
                .timeout(Duration.ofSeconds(90));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(request.build().uri() + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
