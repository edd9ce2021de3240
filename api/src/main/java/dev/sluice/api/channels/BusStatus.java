package dev.sluice.api.channels;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.conditions.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conditions are {@code Ready}, {@code Serviceable}, {@code Provisioning} and {@code Dispatching}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BusStatus(
        @Nullable Long observedGeneration,

        @JsonPropertyDescription("The Kubernetes Service of the bus.") @Nullable
        ObjectName service,

        @Nullable List<Condition> conditions) {}
