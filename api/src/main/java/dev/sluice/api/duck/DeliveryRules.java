package dev.sluice.api.duck;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import dev.sluice.api.serving.admission.Json;
import dev.sluice.model.time.IsoPeriod;
import java.time.Duration;
import java.util.Set;

/** What a DeliverySpec must be, in Knative's words. */
public final class DeliveryRules {
    private static final Set<String> POLICIES = Set.of("linear", "exponential");
    private static final Set<String> FORMATS = Set.of("json", "binary");

    /**
     * @param timeouts whether attempts may be given a timeout (feature delivery-timeout)
     * @param retryAfter whether Retry-After may be given a bound (feature delivery-retryafter)
     */
    public record Allowed(boolean timeouts, boolean retryAfter) {
        public static final Allowed ALL = new Allowed(true, true);
    }

    public static FieldErrors validate(JsonNode parent, String namespace, Allowed allowed) {
        if (!Json.has(parent, "delivery")) {
            return FieldErrors.none();
        }
        var delivery = Json.object(parent, "delivery");
        var errors = DestinationRules.validate(delivery, "deadLetterSink", namespace);
        if (Json.has(delivery, "retry") && Json.number(delivery, "retry") < 0) {
            errors = errors.also(FieldErrors.invalid(Json.number(delivery, "retry"), "retry"));
        }
        errors = errors.also(period(delivery, "timeout", allowed.timeouts, 1))
                .also(word(delivery, "backoffPolicy", POLICIES))
                .also(period(delivery, "backoffDelay", true, 0))
                .also(word(delivery, "format", FORMATS))
                .also(period(delivery, "retryAfterMax", allowed.retryAfter, 0));
        return errors.viaField("delivery");
    }

    private static FieldErrors period(ObjectNode delivery, String field, boolean allowed, long leastNanos) {
        if (!Json.has(delivery, field)) {
            return FieldErrors.none();
        }
        if (!allowed) {
            return FieldErrors.disallowed(field);
        }
        var text = Json.text(delivery, field);
        return IsoPeriod.parse(text)
                        .filter(p -> p.compareTo(Duration.ofNanos(leastNanos)) >= 0)
                        .isPresent()
                ? FieldErrors.none()
                : FieldErrors.invalid(text, field);
    }

    private static FieldErrors word(ObjectNode delivery, String field, Set<String> words) {
        var word = Json.text(delivery, field);
        return !Json.has(delivery, field) || words.contains(word)
                ? FieldErrors.none()
                : FieldErrors.invalid(word, field);
    }

    /** A dead letter sink without a namespace is in the namespace of the one who refers. */
    public static void fill(ObjectNode parent, String namespace) {
        if (Json.has(parent, "delivery")) {
            DestinationRules.fill(Json.child(parent, "delivery"), "deadLetterSink", namespace);
        }
    }

    private DeliveryRules() {}
}
