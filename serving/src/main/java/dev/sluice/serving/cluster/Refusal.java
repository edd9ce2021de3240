package dev.sluice.serving.cluster;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.conditions.ConditionSet;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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

    /** As long as the longest pause before what was refused is tried again. */
    private static final Duration STAYS = Duration.ofMinutes(1);

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

    /**
     * Says in a condition that something was refused. What was said so of the same generation stays for a while: many a text has the
     * time or the number of the request in it, and each status that is written is looked at, and refused, again.
     *
     * @param before the conditions that the object has, none where they are of an earlier generation
     */
    public static void say(
            ConditionSet conditions, String type, String reason, String message, List<Condition> before, Instant now) {
        var fresh = now.minus(STAYS).truncatedTo(ChronoUnit.SECONDS).toString();
        var said = before.stream()
                .filter(c -> c.type().equals(type)
                        && c.status().equals("False")
                        && reason.equals(c.reason())
                        && c.lastTransitionTime() != null
                        && c.lastTransitionTime().compareTo(fresh) > 0)
                .findFirst()
                .map(Condition::message);
        conditions.markFalse(type, reason, said.orElse(message));
    }

    private Refusal() {}
}
