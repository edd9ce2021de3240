package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** A parameter that channels or subscriptions of a bus may give; without a default they must. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Parameter(
        @Nullable String name,
        @Nullable String description,
        @JsonProperty("default") @Nullable String defaultValue) {}
