package dev.sluice.api.duck;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** How often and when a failed delivery is tried again, and where an event goes that could not be delivered. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record DeliverySpec(
        @JsonPropertyDescription("Takes the events that could not be delivered.") @Nullable
        Destination deadLetterSink,

        @JsonPropertyDescription("Attempts after the first.") @Nullable
        Integer retry,

        @JsonPropertyDescription("Of one attempt, ISO 8601.") @Nullable
        String timeout,

        @JsonPropertyDescription(
                "linear: backoffDelay before each retry; exponential: backoffDelay*2^n before retry n, from 0.")
        @Nullable
        String backoffPolicy,

        @JsonPropertyDescription("ISO 8601, fractions of a second included.") @Nullable
        String backoffDelay,

        @JsonPropertyDescription(
                "The longest wait that an answer's Retry-After may ask for, ISO 8601; PT0S ignores it.")
        @Nullable
        String retryAfterMax,

        @JsonPropertyDescription("json or binary: the mode in which events are sent; absent leaves them as they came.")
        @Nullable
        String format) {}
