package dev.sluice.api.flows;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.duck.Destination;
import dev.sluice.api.messaging.ChannelTemplate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The branches of a Parallel. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ParallelSpec(
        @JsonPropertyDescription("Each gets every event that its filter answers with an event.") @Nullable
        List<ParallelBranch> branches,

        @JsonPropertyDescription("The channel in front, and in front of each branch.") @Nullable
        ChannelTemplate channelTemplate,

        @JsonPropertyDescription("Where the answers of branches go that have no reply of their own.") @Nullable
        Destination reply) {}
