package dev.sluice.kubedev.node.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.processes.StallGuard;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads manifests and blobs from a registry, with basic and bearer authentication. */
final class RegistryClient {

    static final String ACCEPT = String.join(
            ",",
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.docker.distribution.manifest.v2+json");
    private static final Pattern PARAMETER = Pattern.compile("(\\w+)=\"([^\"]*)\"");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final RegistryAccess access;
    private final Map<String, String> authorizations = new ConcurrentHashMap<>();

    private static final Duration SILENCE = Duration.ofSeconds(60);

    RegistryClient(RegistryAccess access) {
        this.access = access;
    }

    byte[] manifest(ImageReference image, String version, Credentials credentials) throws ImageException {
        HttpResponse<InputStream> response = get(image, "/manifests/" + version, ACCEPT, credentials);
        try (InputStream in = new StallGuard(response.body(), SILENCE)) {
            return in.readNBytes(16 << 20);
        } catch (IOException e) {
            throw new ImageException(
                    "failed to pull image \"" + image + "\": reading the manifest: " + e.getMessage(), e);
        }
    }

    InputStream blob(ImageReference image, String digest, Credentials credentials) throws ImageException {
        return new StallGuard(get(image, "/blobs/" + digest, "*/*", credentials).body(), SILENCE);
    }

    private HttpResponse<InputStream> get(ImageReference image, String path, String accept, Credentials credentials)
            throws ImageException {
        String endpoint = access.endpoint(image.registry());
        URI uri = URI.create(endpoint + "/v2/" + image.repository() + path);
        String key = endpoint + "/" + image.repository() + " " + credentials.fingerprint(image);
        try {
            HttpResponse<InputStream> response = send(uri, accept, Optional.ofNullable(authorizations.get(key)));
            if (response.statusCode() == 401) {
                response.body().close();
                Optional<String> authorization = authorize(image, response, credentials);
                if (authorization.isEmpty()) {
                    throw refused(image, 401, uri);
                }
                authorizations.put(key, authorization.get());
                response = send(uri, accept, authorization);
            }
            for (int hop = 0; hop < 5 && isRedirect(response.statusCode()); hop++) {
                response.body().close();
                URI next = uri.resolve(response.headers().firstValue("Location").orElse(""));
                response = send(next, accept, Optional.empty());
                uri = next;
            }
            if (response.statusCode() != 200) {
                response.body().close();
                throw refused(image, response.statusCode(), uri);
            }
            return response;
        } catch (IOException | IllegalArgumentException e) {
            throw new ImageException(
                    "failed to pull and unpack image \"" + image + "\": failed to do request: Get \"" + uri + "\": "
                            + Optional.ofNullable(e.getMessage())
                                    .orElse(e.getClass().getSimpleName()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageException("pulling image \"" + image + "\" was interrupted", e);
        }
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private static ImageException refused(ImageReference image, int status, URI uri) {
        String start = "failed to pull and unpack image \"" + image + "\": ";
        return new ImageException(
                switch (status) {
                    case 404 -> start + "failed to resolve reference \"" + image + "\": " + image + ": not found";
                    case 401 ->
                        start + "failed to resolve reference \"" + image
                                + "\": pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials";
                    case 403 ->
                        start + "failed to resolve reference \"" + image
                                + "\": pull access denied: unexpected status from GET request to " + uri
                                + ": 403 Forbidden";
                    default -> start + "unexpected status from GET request to " + uri + ": " + status;
                });
    }

    private HttpResponse<InputStream> send(URI uri, String accept, Optional<String> authorization)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(60)).header("Accept", accept);
        authorization.ifPresent(a -> request.header("Authorization", a));
        return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    private Optional<String> authorize(ImageReference image, HttpResponse<?> response, Credentials credentials)
            throws IOException, InterruptedException {
        Optional<String> basic = credentials.basicFor(image).map(b -> "Basic " + b);
        List<String> challenges = response.headers().allValues("WWW-Authenticate");
        for (String challenge : challenges) {
            if (challenge.regionMatches(true, 0, "Bearer", 0, 6)) {
                return token(image, challenge, basic);
            }
            if (challenge.regionMatches(true, 0, "Basic", 0, 5)) {
                return basic;
            }
        }
        return Optional.empty();
    }

    private Optional<String> token(ImageReference image, String challenge, Optional<String> basic)
            throws IOException, InterruptedException {
        String realm = "";
        StringBuilder query = new StringBuilder();
        boolean scoped = false;
        Matcher parameters = PARAMETER.matcher(challenge);
        while (parameters.find()) {
            if (parameters.group(1).equals("realm")) {
                realm = parameters.group(2);
            } else if (!parameters.group(1).equals("error")) {
                scoped |= parameters.group(1).equals("scope");
                query.append(query.isEmpty() ? "" : "&")
                        .append(parameters.group(1))
                        .append('=')
                        .append(URLEncoder.encode(parameters.group(2), StandardCharsets.UTF_8));
            }
        }
        if (!scoped) {
            query.append(query.isEmpty() ? "" : "&")
                    .append("scope=")
                    .append(URLEncoder.encode("repository:" + image.repository() + ":pull", StandardCharsets.UTF_8));
        }
        URI uri = URI.create(realm + (realm.contains("?") ? "&" : "?") + query);
        HttpResponse<InputStream> response = send(uri, "application/json", basic);
        try (InputStream in = response.body()) {
            if (response.statusCode() != 200) {
                return Optional.empty();
            }
            JsonNode answer = JSON.readTree(in);
            String token =
                    answer.path("token").asText(answer.path("access_token").asText(""));
            return token.isEmpty() ? Optional.empty() : Optional.of("Bearer " + token);
        }
    }
}
