package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sluice.api.conditions.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conditions are {@code Ready} and {@code Dispatching}. The URIs are what the spec's names were resolved to. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SubscriptionStatus(
        @Nullable Long observedGeneration,
        @Nullable String subscriberUri,
        @Nullable String replyUri,
        @Nullable List<Condition> conditions) {}
