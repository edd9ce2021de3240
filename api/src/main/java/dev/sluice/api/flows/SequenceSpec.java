package dev.sluice.api.flows;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.duck.Destination;
import dev.sluice.api.messaging.ChannelTemplate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The steps of a Sequence. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record SequenceSpec(
        @JsonPropertyDescription("One after the other; the answer of a step is the event of the next.") @Nullable
        List<SequenceStep> steps,

        @JsonPropertyDescription("The channel in front of each step.") @Nullable
        ChannelTemplate channelTemplate,

        @JsonPropertyDescription("Where the answers of the last step go.") @Nullable
        Destination reply) {}
