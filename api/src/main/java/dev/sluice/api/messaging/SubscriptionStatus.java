package dev.sluice.api.messaging;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.conditions.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conditions are {@code Ready}, {@code ReferencesResolved}, {@code AddedToChannel}, {@code ChannelReady} and {@code OIDCIdentityCreated}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record SubscriptionStatus(
        @Nullable Long observedGeneration,

        @Nullable List<Condition> conditions,

        @JsonPropertyDescription("The destinations, resolved.") @Nullable
        PhysicalSubscription physicalSubscription) {}
