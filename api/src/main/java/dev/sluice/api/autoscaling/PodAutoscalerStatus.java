package dev.sluice.api.autoscaling;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.conditions.Condition;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where a PodAutoscaler stands. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PodAutoscalerStatus(
        @Nullable Long observedGeneration,
        List<Condition> conditions,

        @JsonPropertyDescription("Additional facts about the status, for machines.") @Nullable
        Map<String, String> annotations,

        @JsonPropertyDescription("The Kubernetes Service of the Revision.") @Nullable
        String serviceName,

        @JsonPropertyDescription("The Kubernetes Service that metrics are read from: the same.") @Nullable
        String metricsServiceName,

        @JsonPropertyDescription("How many pods there should be.") @Nullable
        Integer desiredScale,

        @JsonPropertyDescription("How many pods are ready.") @Nullable
        Integer actualScale) {
    static final PodAutoscalerStatus EMPTY = new PodAutoscalerStatus(null, List.of(), null, null, null, null, null);

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public PodAutoscalerStatus {
        conditions = List.copyOf(Objects.requireNonNullElse(conditions, List.of()));
    }
}
