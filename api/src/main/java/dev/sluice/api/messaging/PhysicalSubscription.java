package dev.sluice.api.messaging;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** What the names of a Subscription were resolved to. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PhysicalSubscription(
        @JsonPropertyDescription("The subscriber.") @Nullable
        String subscriberUri,

        @JsonProperty("subscriberCACerts")
        @JsonPropertyDescription("Certificates, as PEM, of the subscriber.")
        @Nullable
        String subscriberCaCerts,

        @JsonPropertyDescription("The audience of the subscriber.") @Nullable
        String subscriberAudience,

        @JsonPropertyDescription("Where answers go.") @Nullable
        String replyUri,

        @JsonProperty("replyCACerts")
        @JsonPropertyDescription("Certificates, as PEM, of the reply destination.")
        @Nullable
        String replyCaCerts,

        @JsonPropertyDescription("The audience of the reply destination.") @Nullable
        String replyAudience,

        @JsonPropertyDescription("The dead letter sink, resolved.") @Nullable
        String deadLetterSinkUri,

        @JsonProperty("deadLetterSinkCACerts")
        @JsonPropertyDescription("Certificates, as PEM, of the dead letter sink.")
        @Nullable
        String deadLetterSinkCaCerts,

        @JsonPropertyDescription("The audience of the dead letter sink.") @Nullable
        String deadLetterSinkAudience) {}
