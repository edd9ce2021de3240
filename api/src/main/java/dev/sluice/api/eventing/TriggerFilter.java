package dev.sluice.api.eventing;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Wants events whose attributes have the values. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record TriggerFilter(
        @JsonPropertyDescription(
                "Attributes and their values; an empty value stands for any. The event must have each attribute.")
        @Nullable
        Map<String, String> attributes) {}
