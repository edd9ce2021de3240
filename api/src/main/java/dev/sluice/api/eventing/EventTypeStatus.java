package dev.sluice.api.eventing;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sluice.api.conditions.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conditions are {@code Ready} and {@code ReferenceExists}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EventTypeStatus(
        @Nullable Long observedGeneration, @Nullable List<Condition> conditions) {}
