package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/** A value for one of the parameters that a bus declares. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Argument(@Nullable String name, @Nullable String value) {}
