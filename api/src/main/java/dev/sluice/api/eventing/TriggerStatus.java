package dev.sluice.api.eventing;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.conditions.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conditions are {@code Ready}, {@code BrokerReady}, {@code DependencyReady}, {@code SubscriptionReady}, {@code SubscriberResolved}, {@code DeadLetterSinkResolved} and {@code OIDCIdentityCreated}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record TriggerStatus(
        @Nullable Long observedGeneration,

        @Nullable List<Condition> conditions,

        @JsonPropertyDescription("The subscriber, resolved.") @Nullable
        String subscriberUri,

        @JsonProperty("subscriberCACerts")
        @JsonPropertyDescription("Certificates, as PEM, of the subscriber.")
        @Nullable
        String subscriberCaCerts,

        @JsonPropertyDescription("The audience of the subscriber.") @Nullable
        String subscriberAudience,

        @JsonPropertyDescription("The dead letter sink, resolved.") @Nullable
        String deadLetterSinkUri,

        @JsonProperty("deadLetterSinkCACerts")
        @JsonPropertyDescription("Certificates, as PEM, of the dead letter sink.")
        @Nullable
        String deadLetterSinkCaCerts,

        @JsonPropertyDescription("The audience of the dead letter sink.") @Nullable
        String deadLetterSinkAudience) {}
