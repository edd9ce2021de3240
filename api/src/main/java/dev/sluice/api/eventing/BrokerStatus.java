package dev.sluice.api.eventing;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.conditions.Condition;
import dev.sluice.api.duck.Address;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Conditions are {@code Ready}, {@code Addressable}, {@code DeadLetterSinkResolved} and {@code EventPoliciesReady}; besides, {@code IngressReady},
 * {@code TriggerChannelReady} and {@code FilterReady}, or of the class Kafka {@code DataPlaneAvailable}, {@code ConfigMapUpdated}, {@code ConfigParsed},
 * {@code TopicReady} and {@code ProbeSucceeded}.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record BrokerStatus(
        @Nullable Long observedGeneration,

        @Nullable List<Condition> conditions,

        @JsonPropertyDescription("Where to post events.") @Nullable
        Address address,

        @JsonPropertyDescription("All addresses.") @Nullable List<Address> addresses,

        @JsonPropertyDescription("The dead letter sink, resolved.") @Nullable
        String deadLetterSinkUri,

        @JsonProperty("deadLetterSinkCACerts")
        @JsonPropertyDescription("Certificates, as PEM, of the dead letter sink.")
        @Nullable
        String deadLetterSinkCaCerts,

        @JsonPropertyDescription("The audience of the dead letter sink.") @Nullable
        String deadLetterSinkAudience) {}
