package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.conditions.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conditions are {@code Ready} and {@code Dispatching}. The URIs are what the spec's names were resolved to. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SubscriptionStatus(
        @Nullable Long observedGeneration,

        @JsonPropertyDescription("What spec.subscriber was resolved to.") @Nullable
        String subscriberUri,

        @JsonPropertyDescription("What spec.replyTo was resolved to.") @Nullable
        String replyUri,

        @Nullable List<Condition> conditions) {}
