package dev.sluice.serving.digest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.api.serving.config.DeploymentConfig;
import dev.sluice.serving.ServingConfig;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Asks a registry (OCI distribution API) what a tag stands for. */
public final class Registry implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int AT_ONCE = 16;
    private static final Pattern CHALLENGE = Pattern.compile("([a-zA-Z_]+)=\"([^\"]*)\"");
    private static final String MANIFESTS = String.join(
            ", ",
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.docker.distribution.manifest.v2+json");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ServingConfig.Registries config;
    private final Supplier<DeploymentConfig> settings;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(LIMIT)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();

    /** So that a registry is not asked everything at once; by host. */
    private final Map<String, Semaphore> turns = new ConcurrentHashMap<>();

    /** @param settings which registries' tags are run as they are, and how long an answer may take */
    public Registry(ServingConfig.Registries config, Supplier<DeploymentConfig> settings) {
        this.config = config;
        this.settings = settings;
    }

    RegistryAnswer resolve(String image, Keyring credentials) throws InterruptedException {
        var name = ImageName.parse(image);
        if (name.digest() != null || skipped(name.registry())) {
            return new RegistryAnswer.Resolved(image);
        }
        var turn = turns.computeIfAbsent(host(name), _ -> new Semaphore(AT_ONCE, true));
        turn.acquire();
        try {
            return ask(name, image, credentials);
        } catch (ConnectException e) { // which has no message of its own
            var reason = isUnresolved(e) ? ": no such host" : ": nobody answers there (connection refused)";
            return failed(image, host(name) + reason);
        } catch (IOException e) {
            var text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            return failed(image, host(name) + ": " + text);
        } catch (IllegalArgumentException e) {
            return failed(image, host(name) + ": " + e.getMessage());
        } finally {
            turn.release();
        }
    }

    /** Knative knows Docker Hub as {@code index.docker.io}. */
    private boolean skipped(String registry) {
        var skipped = settings.get().registriesSkippingTagResolving();
        return skipped.contains(registry) || (registry.equals(ImageName.HUB) && skipped.contains(ImageName.HUB_INDEX));
    }

    private static boolean isUnresolved(Throwable e) {
        for (var cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private RegistryAnswer ask(ImageName name, String image, Keyring credentials)
            throws IOException, InterruptedException {
        var host = host(name);
        var url = "%s://%s/v2/%s/manifests/%s".formatted(scheme(host), host, name.repository(), name.tag());
        String authorization = null;
        var response = manifest("HEAD", url, null);
        if (response.statusCode() == HttpURLConnection.HTTP_UNAUTHORIZED) {
            var refused = response;
            var tried = new ArrayList<@Nullable Credential>(credentials.of(name));
            if (tried.isEmpty()) {
                tried.add(null); // some give everybody a token
            }
            for (var next = tried.iterator(); next.hasNext() && isRefused(response); ) {
                authorization = authorize(refused, next.next());
                response = authorization == null ? response : manifest("HEAD", url, authorization);
            }
        }
        if (response.statusCode() != HttpURLConnection.HTTP_OK) {
            // a HEAD has no body: the registry's own words come with a GET
            response = manifest("GET", url, authorization);
            if (response.statusCode() != HttpURLConnection.HTTP_OK) {
                return failed(image, "GET " + url + ": " + words(response));
            }
        }
        var digest = response.headers().firstValue("Docker-Content-Digest").orElse("");
        if (digest.isEmpty()) {
            digest = sha256(manifest("GET", url, authorization).body());
        }
        return new RegistryAnswer.Resolved(name.with(digest));
    }

    private static boolean isRefused(HttpResponse<?> response) {
        return response.statusCode() == HttpURLConnection.HTTP_UNAUTHORIZED
                || response.statusCode() == HttpURLConnection.HTTP_FORBIDDEN;
    }

    private HttpResponse<byte[]> manifest(String method, String url, @Nullable String authorization)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url))
                .timeout(settings.get().digestResolutionTimeout())
                .header("Accept", MANIFESTS)
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private @Nullable String authorize(HttpResponse<?> refused, @Nullable Credential credential)
            throws IOException, InterruptedException {
        var challenge = refused.headers().firstValue("WWW-Authenticate").orElse("");
        if (!challenge.regionMatches(true, 0, "bearer", 0, 6)) {
            return credential == null ? null : credential.basic();
        }
        var parameters = new HashMap<String, String>();
        var matcher = CHALLENGE.matcher(challenge);
        while (matcher.find()) {
            parameters.put(matcher.group(1), matcher.group(2));
        }
        var realm = parameters.get("realm");
        if (realm == null) {
            return null;
        }
        var query = realm + (realm.contains("?") ? '&' : '?')
                + "service=" + encode(parameters.getOrDefault("service", ""))
                + "&scope=" + encode(parameters.getOrDefault("scope", ""));
        var request =
                HttpRequest.newBuilder(URI.create(query)).timeout(settings.get().digestResolutionTimeout());
        if (credential != null) {
            request.header("Authorization", credential.basic());
        }
        var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != HttpURLConnection.HTTP_OK) {
            return null;
        }
        try {
            var answer = JSON.readTree(response.body());
            var token = answer.path("token").asText(answer.path("access_token").asText());
            return token.isEmpty() ? null : "Bearer " + token;
        } catch (JsonProcessingException _) {
            return null; // the second attempt is refused in the registry's own words
        }
    }

    private String host(ImageName name) {
        var mirror = config.mirrors().get(name.registry());
        if (mirror != null) {
            return mirror;
        }
        return name.registry().equals(ImageName.HUB) ? "registry-1.docker.io" : name.registry();
    }

    private String scheme(String host) {
        boolean loopback = host.startsWith("localhost") || host.startsWith("127.") || host.startsWith("[::1]");
        return loopback || config.insecure().contains(host) ? "http" : "https";
    }

    private static String words(HttpResponse<byte[]> response) {
        try {
            var error = JSON.readTree(response.body()).path("errors").path(0);
            if (error.hasNonNull("code")) {
                return error.path("code").asText() + ": "
                        + error.path("message").asText();
            }
        } catch (IOException _) {
            // not JSON: the status has to do
        }
        return "unexpected status code " + response.statusCode();
    }

    private static RegistryAnswer failed(String image, String why) {
        return new RegistryAnswer.Failed(
                "Unable to fetch image \"" + image + "\": failed to resolve image to digest: " + why);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
