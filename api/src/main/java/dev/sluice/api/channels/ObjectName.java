package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Names an object in the same namespace. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ObjectName(
        @JsonPropertyDescription("Its name.") @Nullable String name) {}
