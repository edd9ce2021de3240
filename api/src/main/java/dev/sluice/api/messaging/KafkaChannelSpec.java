package dev.sluice.api.messaging;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.duck.DeliverySpec;
import dev.sluice.api.duck.SubscriberSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The topic, and who takes the channel's events. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record KafkaChannelSpec(
        @JsonPropertyDescription("Partitions of the topic. It cannot change.") @Nullable
        Integer numPartitions,

        @JsonPropertyDescription("Copies of the topic. It cannot change.") @Nullable
        Integer replicationFactor,

        @JsonPropertyDescription("How long events are kept, ISO 8601. It cannot change.") @Nullable
        String retentionDuration,

        @JsonPropertyDescription("Written by the controller of Subscriptions.") @Nullable
        List<SubscriberSpec> subscribers,

        @JsonPropertyDescription("For Subscriptions that do not say themselves.") @Nullable
        DeliverySpec delivery) {}
