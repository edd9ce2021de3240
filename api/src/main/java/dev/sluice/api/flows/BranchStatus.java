package dev.sluice.api.flows;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** What a branch is made of. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record BranchStatus(
        @JsonPropertyDescription("From the channel in front to the filter, or past it.") @Nullable
        ChildStatus filterSubscriptionStatus,

        @JsonPropertyDescription("The channel of the branch.") @Nullable
        ChildStatus filterChannelStatus,

        @JsonPropertyDescription("From the channel of the branch to its subscriber.") @Nullable
        ChildStatus subscriberSubscriptionStatus) {}
