package dev.sluice.api.conditions;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * One condition as Knative writes it.
 *
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param severity null (an error) for the happy condition and its dependents, {@code Info} for others
 * @param lastTransitionTime RFC 3339, whole seconds
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Condition(
        String type,
        String status,
        @Nullable String severity,
        @Nullable String lastTransitionTime,
        @Nullable String reason,
        @Nullable String message) {}
