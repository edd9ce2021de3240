package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sluice.api.conditions.Condition;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where a Service stands. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ServiceStatus(
        @Nullable Long observedGeneration,
        List<Condition> conditions,
        @Nullable Map<String, String> annotations,
        @Nullable String latestCreatedRevisionName,
        @Nullable String latestReadyRevisionName,
        @Nullable String url,
        @Nullable Addressable address,
        List<TrafficTarget> traffic) {
    static final ServiceStatus EMPTY = new ServiceStatus(null, List.of(), null, null, null, null, null, List.of());

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public ServiceStatus {
        conditions = List.copyOf(Objects.requireNonNullElse(conditions, List.of()));
        traffic = List.copyOf(Objects.requireNonNullElse(traffic, List.of()));
    }
}
