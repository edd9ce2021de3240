package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sluice.api.conditions.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conditions are {@code Ready}, {@code Serviceable}, {@code Provisioning} and {@code Dispatching}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BusStatus(
        @Nullable Long observedGeneration,
        @Nullable ObjectName service,
        @Nullable List<Condition> conditions) {}
