package dev.sluice.api.autoscaling;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
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
        @Nullable Map<String, String> annotations,
        @Nullable String serviceName,
        @Nullable String metricsServiceName,
        @Nullable Integer desiredScale,
        @Nullable Integer actualScale) {
    static final PodAutoscalerStatus EMPTY = new PodAutoscalerStatus(null, List.of(), null, null, null, null, null);

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public PodAutoscalerStatus {
        conditions = List.copyOf(Objects.requireNonNullElse(conditions, List.of()));
    }
}
