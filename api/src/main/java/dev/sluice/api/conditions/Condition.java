package dev.sluice.api.conditions;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
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
        @JsonPropertyDescription("What the condition is about.")
        String type,

        @JsonPropertyDescription("True, False or Unknown.") String status,

        @JsonPropertyDescription("Empty for an error, Info where the condition does not bear on Ready.") @Nullable
        String severity,

        @JsonPropertyDescription("When the condition last changed.") @Nullable
        String lastTransitionTime,

        @JsonPropertyDescription("One word on why it changed last, for machines.") @Nullable
        String reason,

        @JsonPropertyDescription("Why it changed last, for people.") @Nullable
        String message) {}
