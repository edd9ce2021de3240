package dev.sluice.builds.step;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads objects of Google Cloud Storage over its JSON API: first as nobody, and what is not public with the account of the machine, where
 * there is a metadata server to ask. {@code SLUICE_GCS_ENDPOINT} and {@code GCE_METADATA_HOST} lead elsewhere.
 */
final class CloudStorage implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration REQUEST = Duration.ofMinutes(5);
    private static final Duration METADATA = Duration.ofSeconds(3);
    private static final int ATTEMPTS = 4;
    private static final long FIRST_PAUSE_MILLIS = 250;

    private final String endpoint;
    private final String metadata;
    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    private @Nullable String token;

    CloudStorage(StepContext context) {
        endpoint = context.env("SLUICE_GCS_ENDPOINT")
                .orElse("https://storage.googleapis.com")
                .replaceFirst("/+$", "");
        metadata = context.env("GCE_METADATA_HOST").orElse("metadata.google.internal");
    }

    /** {@code gs://bucket/object}, with {@code #generation} behind it where one is meant. */
    record Location(String bucket, String object, String generation) {
        static Location parse(String text) {
            int slash = text.startsWith("gs://") ? text.indexOf('/', 5) : -1;
            if (slash <= 5 || slash == text.length() - 1) {
                throw new StepFailure("GcsLocationInvalid", "\"" + text + "\" is not of the form gs://BUCKET/OBJECT");
            }
            int hash = text.lastIndexOf('#');
            boolean versioned = hash > slash && text.substring(hash + 1).matches("[0-9]+");
            return new Location(
                    text.substring(5, slash),
                    text.substring(slash + 1, versioned ? hash : text.length()),
                    versioned ? text.substring(hash + 1) : "");
        }

        @Override
        public String toString() {
            return "gs://" + bucket + "/" + object;
        }
    }

    /** Writes the object into {@code target}. Whoever is busy, ill or cannot be reached is asked again a few times. */
    void fetch(Location location, Path target) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            boolean last = attempt == ATTEMPTS;
            try {
                if (fetched(location, target, last)) {
                    return;
                }
            } catch (IOException e) {
                if (last) {
                    throw new StepFailure(
                            "GcsUnreachable",
                            "Google Cloud Storage cannot be reached at " + endpoint + ": " + reason(e),
                            e);
                }
            }
            Thread.sleep(FIRST_PAUSE_MILLIS << attempt);
        }
    }

    /** @return false when asking again may help; what will not change is a failure, and so is the last answer */
    private boolean fetched(Location location, Path target, boolean last) throws IOException, InterruptedException {
        int status = attempt(location, target);
        if ((status == 401 || status == 403) && token == null) {
            token = machineToken()
                    .orElseThrow(() -> new StepFailure(
                            "GcsAccessDenied",
                            "the object " + location
                                    + " is not public, and this machine has no account at Google to read it with"));
            status = attempt(location, target);
        }
        boolean passing = status == 429 || status / 100 == 5;
        if (status / 100 == 2 || (passing && !last)) {
            return !passing;
        }
        throw switch (status) {
            case 404 -> new StepFailure("GcsObjectNotFound", "there is no object " + location);
            case 401, 403 ->
                new StepFailure("GcsAccessDenied", "the account of this machine may not read the object " + location);
            default ->
                new StepFailure("GcsError", "Google Cloud Storage answers " + status + " when asked for " + location);
        };
    }

    private int attempt(Location location, Path target) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(endpoint + "/storage/v1/b/" + encode(location.bucket()) + "/o/"
                        + encode(location.object()) + "?alt=media"
                        + (location.generation().isEmpty() ? "" : "&generation=" + location.generation())))
                .timeout(REQUEST);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<?> answer = client.send(
                request.build(),
                info -> info.statusCode() / 100 == 2
                        ? HttpResponse.BodySubscribers.mapping(
                                HttpResponse.BodySubscribers.ofFile(target), Path::toString)
                        : HttpResponse.BodySubscribers.replacing(""));
        return answer.statusCode();
    }

    private static String reason(IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "its host name is unknown";
            }
        }
        return failure.getMessage() == null ? "nothing answers there" : failure.getMessage();
    }

    private Optional<String> machineToken() throws InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(
                        "http://" + metadata + "/computeMetadata/v1/instance/service-accounts/default/token"))
                .header("Metadata-Flavor", "Google")
                .timeout(METADATA)
                .build();
        try {
            var answer = client.send(request, BodyHandlers.ofString());
            return answer.statusCode() == 200
                    ? Optional.ofNullable(new ObjectMapper()
                            .readTree(answer.body())
                            .path("access_token")
                            .asText(null))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // not a machine of Google's
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** A file of its own for what is fetched, deleted by whoever asked. */
    static Path scratch() throws IOException {
        return Files.createTempFile("sluice-gcs", ".object");
    }

    @Override
    public void close() {
        client.close();
    }
}
