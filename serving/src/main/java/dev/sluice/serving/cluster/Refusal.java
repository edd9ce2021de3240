package dev.sluice.serving.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The API server's no to an object, which it would say again: a quota, a webhook, a rule. */
public final class Refusal {
    private static final Set<Integer> FINAL =
            Set.of(HttpURLConnection.HTTP_BAD_REQUEST, HttpURLConnection.HTTP_FORBIDDEN, 422);

    /** Why, in the server's own words; empty when the failure is of another kind, and may pass by itself. */
    public static Optional<String> of(KubernetesClientException failure) {
        if (!FINAL.contains(failure.getCode())) {
            return Optional.empty();
        }
        var status = failure.getStatus();
        var said = status == null || status.getMessage() == null ? failure.getMessage() : status.getMessage();
        return Optional.of(Objects.requireNonNullElse(said, "HTTP " + failure.getCode()));
    }

    private Refusal() {}
}
