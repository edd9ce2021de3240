package dev.sluice.serving.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The API server's no to an object, which it would say again: a quota, a webhook, a rule. */
public final class Refusal {
    private static final Set<Integer> FINAL =
            Set.of(HttpURLConnection.HTTP_BAD_REQUEST, HttpURLConnection.HTTP_FORBIDDEN, 422);
    /** What it says with 403 of a quota that it has not counted yet, and of a namespace that ends. */
    private static final List<String> PASSING = List.of("status unknown for quota", "being terminated");

    /** Why, in the server's own words; empty when the failure is of another kind, and may pass by itself. */
    public static Optional<String> of(KubernetesClientException failure) {
        if (!FINAL.contains(failure.getCode())) {
            return Optional.empty();
        }
        var status = failure.getStatus();
        var said = status == null || status.getMessage() == null ? failure.getMessage() : status.getMessage();
        var why = Objects.requireNonNullElse(said, "HTTP " + failure.getCode());
        boolean passes = failure.getCode() == HttpURLConnection.HTTP_FORBIDDEN
                && PASSING.stream().anyMatch(why::contains);
        return passes ? Optional.empty() : Optional.of(why);
    }

    private Refusal() {}
}
