package dev.sluice.api.messaging;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.duck.DeliverySpec;
import dev.sluice.api.duck.SubscriberSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who takes the channel's events. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record InMemoryChannelSpec(
        @JsonPropertyDescription("Written by the controller of Subscriptions.") @Nullable
        List<SubscriberSpec> subscribers,

        @JsonPropertyDescription("For Subscriptions that do not say themselves.") @Nullable
        DeliverySpec delivery) {}
