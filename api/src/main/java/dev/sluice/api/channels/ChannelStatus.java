package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sluice.api.conditions.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conditions are {@code Ready}, {@code Serviceable}, {@code Routeable} (as Knative spelled it) and {@code Provisioned}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ChannelStatus(
        @Nullable Long observedGeneration,
        @Nullable ObjectName service,
        @Nullable ObjectName virtualService,
        @Nullable String domainInternal,
        @Nullable Address address,
        @Nullable List<Condition> conditions) {

    /** Where events for the channel are posted. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Address(@Nullable String url) {}
}
