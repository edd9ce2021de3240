package dev.sluice.api.flows;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.conditions.Condition;
import dev.sluice.api.duck.Address;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conditions are {@code Ready}, {@code ChannelsReady}, {@code SubscriptionsReady}, {@code Addressable}, {@code EventPoliciesReady}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ParallelStatus(
        @Nullable Long observedGeneration,

        @Nullable List<Condition> conditions,

        @JsonPropertyDescription("The channel in front.") @Nullable
        ChildStatus ingressChannelStatus,

        @JsonPropertyDescription("What the branches are made of.") @Nullable
        List<BranchStatus> branchStatuses,

        @JsonPropertyDescription("Where to post events.") @Nullable
        Address address) {}
