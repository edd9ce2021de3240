package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names exactly one of {@code bus} and {@code clusterBus}; only the arguments may change. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ChannelSpec(
        @Nullable Long generation,
        @Nullable String bus,
        @Nullable String clusterBus,
        @Nullable List<Argument> arguments) {}
