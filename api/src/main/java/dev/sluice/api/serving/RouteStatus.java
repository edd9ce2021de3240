package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sluice.api.conditions.Condition;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where a Route stands. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record RouteStatus(
        @Nullable Long observedGeneration,
        List<Condition> conditions,
        @Nullable Map<String, String> annotations,
        @Nullable String url,
        @Nullable Addressable address,
        List<TrafficTarget> traffic,
        @Nullable RouteRollout rollout) {
    static final RouteStatus EMPTY = new RouteStatus(null, List.of(), null, null, null, List.of(), null);

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public RouteStatus {
        conditions = List.copyOf(Objects.requireNonNullElse(conditions, List.of()));
        traffic = List.copyOf(Objects.requireNonNullElse(traffic, List.of()));
    }
}
