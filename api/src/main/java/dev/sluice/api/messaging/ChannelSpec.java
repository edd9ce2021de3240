package dev.sluice.api.messaging;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.duck.DeliverySpec;
import dev.sluice.api.duck.SubscriberSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What backs a Channel, and how its Subscriptions deliver unless they say otherwise. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ChannelSpec(
        @JsonPropertyDescription("The channel to make. It cannot change.") @Nullable
        ChannelTemplate channelTemplate,

        @JsonPropertyDescription("Not for people: the channel that is made has them.") @Nullable
        List<SubscriberSpec> subscribers,

        @JsonPropertyDescription("For Subscriptions that do not say themselves.") @Nullable
        DeliverySpec delivery) {}
