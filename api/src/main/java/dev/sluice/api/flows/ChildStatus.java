package dev.sluice.api.flows;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.conditions.Condition;
import dev.sluice.api.duck.KReference;
import org.jspecify.annotations.Nullable;

/** A channel or Subscription that a flow is made of, and its Ready condition. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ChildStatus(
        @JsonPropertyDescription("The channel, where it is one.") @Nullable
        KReference channel,

        @JsonPropertyDescription("The Subscription, where it is one.") @Nullable
        KReference subscription,

        @JsonPropertyDescription("Its Ready condition.") @Nullable
        Condition ready) {}
