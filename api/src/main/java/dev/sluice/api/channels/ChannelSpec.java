package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names exactly one of {@code bus} and {@code clusterBus}; only the arguments may change. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ChannelSpec(
        @JsonPropertyDescription("Deprecated: a copy of metadata.generation.") @Nullable
        Long generation,

        @JsonPropertyDescription(
                "The Bus of the namespace that carries the events. Excludes clusterBus; does not change.")
        @Nullable
        String bus,

        @JsonPropertyDescription("The ClusterBus that carries the events. Excludes bus; does not change.") @Nullable
        String clusterBus,

        @JsonPropertyDescription("Values for the parameters that the bus declares for channels.") @Nullable
        List<Argument> arguments) {}
