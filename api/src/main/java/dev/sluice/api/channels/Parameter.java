package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** A parameter that channels or subscriptions of a bus may give; without a default they must. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Parameter(
        @JsonPropertyDescription("What an argument calls it.") @Nullable
        String name,

        @JsonPropertyDescription("What it is for.") @Nullable
        String description,

        @JsonPropertyDescription("The value when no argument is given; without one an argument is required.")
        @JsonProperty("default")
        @Nullable
        String defaultValue) {}
