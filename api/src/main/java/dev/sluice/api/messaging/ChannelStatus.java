package dev.sluice.api.messaging;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.conditions.Condition;
import dev.sluice.api.duck.Address;
import dev.sluice.api.duck.KReference;
import dev.sluice.api.duck.SubscriberStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a channel stands, whatever its kind. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ChannelStatus(
        @Nullable Long observedGeneration,

        @Nullable List<Condition> conditions,

        @JsonPropertyDescription("Where to post events.") @Nullable
        Address address,

        @JsonPropertyDescription("All addresses.") @Nullable List<Address> addresses,

        @JsonPropertyDescription("The channel that was made from the template.") @Nullable
        KReference channel,

        @JsonPropertyDescription("How each subscriber is served.") @Nullable
        List<SubscriberStatus> subscribers,

        @JsonPropertyDescription("The dead letter sink, resolved.") @Nullable
        String deadLetterSinkUri,

        @JsonProperty("deadLetterSinkCACerts")
        @JsonPropertyDescription("Certificates, as PEM, of the dead letter sink.")
        @Nullable
        String deadLetterSinkCaCerts,

        @JsonPropertyDescription("The audience of the dead letter sink.") @Nullable
        String deadLetterSinkAudience) {}
