package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.model.delivery.Backoff;
import dev.sluice.model.delivery.DeliveryPolicy;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How often and when a failed delivery is tried again: the fields of Knative's later DeliverySpec, and a ceiling. What is
 * absent has the default of {@link DeliveryPolicy}.
 *
 * @param retry attempts after the first
 * @param timeout of one attempt, ISO 8601
 * @param backoffPolicy {@code exponential} or {@code linear}
 * @param backoffDelay ISO 8601, fractions of a second included
 * @param backoffMax no wait is longer, ISO 8601
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeliverySpec(
        @JsonPropertyDescription("How often a delivery is tried again after the first attempt.") @Nullable
        Integer retry,

        @JsonPropertyDescription("How long one attempt may take, as an ISO 8601 duration.") @Nullable
        String timeout,

        @JsonPropertyDescription("How waits grow: exponential or linear.") @Nullable
        String backoffPolicy,

        @JsonPropertyDescription("The wait that the others grow from, as an ISO 8601 duration.") @Nullable
        String backoffDelay,

        @JsonPropertyDescription("No wait is longer, as an ISO 8601 duration.") @Nullable
        String backoffMax) {

    /** The policy that these fields ask for; admission has checked them. */
    public static DeliveryPolicy policy(@Nullable DeliverySpec spec) {
        var base = DeliveryPolicy.DEFAULT;
        if (spec == null) {
            return base;
        }
        return new DeliveryPolicy(
                spec.retry == null ? base.retry() : spec.retry,
                duration(spec.timeout).orElse(base.timeout()),
                new Backoff(
                        spec.backoffPolicy == null ? base.backoff().shape() : Backoff.Shape.of(spec.backoffPolicy),
                        duration(spec.backoffDelay).orElse(base.backoff().delay()),
                        duration(spec.backoffMax).orElse(base.backoff().max())));
    }

    private static Optional<Duration> duration(@Nullable String text) {
        return Optional.ofNullable(text).map(Duration::parse);
    }
}
