package dev.sluice.api.messaging;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.duck.DeliverySpec;
import dev.sluice.api.duck.Destination;
import dev.sluice.api.duck.KReference;
import org.jspecify.annotations.Nullable;

/** Which channel's events go where. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record SubscriptionSpec(
        @JsonPropertyDescription("The channel, in the same namespace. It cannot change.") @Nullable
        KReference channel,

        @JsonPropertyDescription("Where the events go.") @Nullable
        Destination subscriber,

        @JsonPropertyDescription("Where the answers of the subscriber go; absent, they end here.") @Nullable
        Destination reply,

        @JsonPropertyDescription("How deliveries are retried, and where events go that could not be delivered.")
        @Nullable
        DeliverySpec delivery) {}
