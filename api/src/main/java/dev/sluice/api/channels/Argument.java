package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** A value for one of the parameters that a bus declares. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Argument(
        @JsonPropertyDescription("The parameter that the bus declares.") @Nullable
        String name,

        @JsonPropertyDescription("Its value.") @Nullable String value) {}
