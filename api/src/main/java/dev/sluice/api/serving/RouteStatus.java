package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
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

        @JsonPropertyDescription("Additional facts about the status, for machines.") @Nullable
        Map<String, String> annotations,

        @JsonPropertyDescription("Where it answers, from outside the cluster.") @Nullable
        String url,

        @JsonPropertyDescription("Where it answers, inside the cluster.") @Nullable
        Addressable address,

        @JsonPropertyDescription("How requests are distributed at this moment; every Revision is resolved.")
        List<TrafficTarget> traffic,

        @JsonPropertyDescription("How far requests have moved to the newest Revision.") @Nullable
        RouteRollout rollout) {
    static final RouteStatus EMPTY = new RouteStatus(null, List.of(), null, null, null, List.of(), null);

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public RouteStatus {
        conditions = List.copyOf(Objects.requireNonNullElse(conditions, List.of()));
        traffic = List.copyOf(Objects.requireNonNullElse(traffic, List.of()));
    }
}
