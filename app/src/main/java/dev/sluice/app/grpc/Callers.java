package dev.sluice.app.grpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Asks the cluster whose token it is (TokenReview). What it said holds for some seconds, so that a program that calls often does
 * not ask the API server each time; only digests of tokens are kept.
 */
final class Callers {
    private static final Duration KEPT = Duration.ofSeconds(10);
    private static final int MOST = 1_000;

    private final KubernetesClient client;
    private final Clock clock;

    @GuardedBy("this")
    private final Map<String, Known> known = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MOST;
        }
    };

    private record Known(Caller caller, Instant until) {}

    Callers(KubernetesClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    /** Empty when the cluster does not accept the token. */
    Optional<Caller> of(String token) {
        var digest = digest(token);
        var now = clock.instant();
        synchronized (this) {
            var found = known.get(digest);
            if (found != null && found.until().isAfter(now)) {
                return Optional.of(found.caller());
            }
        }
        var caller = ask(token);
        caller.ifPresent(c -> {
            synchronized (this) {
                known.put(digest, new Known(c, now.plus(KEPT)));
            }
        });
        return caller;
    }

    private Optional<Caller> ask(String token) {
        var review = client.tokenReviews()
                .create(new TokenReviewBuilder()
                        .withNewSpec()
                        .withToken(token)
                        .endSpec()
                        .build());
        var status = review.getStatus();
        if (status == null || !Boolean.TRUE.equals(status.getAuthenticated())) {
            return Optional.empty();
        }
        var user = status.getUser();
        return Optional.of(new Caller(
                user.getUsername(),
                Objects.requireNonNullElse(user.getUid(), ""),
                Objects.requireNonNullElse(user.getGroups(), List.of()),
                Objects.requireNonNullElse(user.getExtra(), Map.of())));
    }

    private static String digest(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
