package dev.sluice.api.duck;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** One subscriber of a channel, with everything resolved. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record SubscriberSpec(
        @JsonPropertyDescription("The name of the Subscription.") @Nullable
        String name,

        @JsonPropertyDescription("The uid of the Subscription: what tells it from others.") @Nullable
        String uid,

        @JsonPropertyDescription("The generation of the Subscription.") @Nullable
        Long generation,

        @JsonPropertyDescription("Where events go.") @Nullable
        String subscriberUri,

        @JsonProperty("subscriberCACerts") @JsonPropertyDescription("Certificates, as PEM.") @Nullable
        String subscriberCaCerts,

        @JsonPropertyDescription("Audience.") @Nullable String subscriberAudience,

        @JsonPropertyDescription("Where answers go.") @Nullable
        String replyUri,

        @JsonProperty("replyCACerts") @JsonPropertyDescription("Certificates, as PEM.") @Nullable
        String replyCaCerts,

        @JsonPropertyDescription("Audience.") @Nullable String replyAudience,

        @JsonPropertyDescription("Retries and the dead letter sink, resolved to a URI.") @Nullable
        DeliverySpec delivery) {}
