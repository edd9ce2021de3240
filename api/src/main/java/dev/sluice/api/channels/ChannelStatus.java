package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.conditions.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conditions are {@code Ready}, {@code Serviceable}, {@code Routeable} (as Knative spelled it) and {@code Provisioned}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ChannelStatus(
        @Nullable Long observedGeneration,

        @JsonPropertyDescription("The Kubernetes Service that takes events for the channel.") @Nullable
        ObjectName service,

        @JsonPropertyDescription("The route of its host. Never set: the gateway routes it.") @Nullable
        ObjectName virtualService,

        @JsonPropertyDescription("The host that events are posted to, inside the cluster.") @Nullable
        String domainInternal,

        @JsonPropertyDescription("Where events are posted.") @Nullable
        Address address,

        @Nullable List<Condition> conditions) {

    /** Where events for the channel are posted. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Address(
            @JsonPropertyDescription("The URL to post events to, inside the cluster.") @Nullable
            String url) {}
}
