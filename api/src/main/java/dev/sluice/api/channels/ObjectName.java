package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/** Names an object in the same namespace. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ObjectName(@Nullable String name) {}
