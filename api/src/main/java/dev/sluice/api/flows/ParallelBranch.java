package dev.sluice.api.flows;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.duck.DeliverySpec;
import dev.sluice.api.duck.Destination;
import org.jspecify.annotations.Nullable;

/** One branch. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ParallelBranch(
        @JsonPropertyDescription("Answers with the events that the branch is to get; absent, it gets all.") @Nullable
        Destination filter,

        @JsonPropertyDescription("Gets the events.") @Nullable
        Destination subscriber,

        @JsonPropertyDescription("Where the answers of the subscriber go.") @Nullable
        Destination reply,

        @JsonPropertyDescription(
                "How deliveries to the subscriber are retried, and where events go that it did not take.")
        @Nullable
        DeliverySpec delivery) {}
