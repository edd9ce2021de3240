package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
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

        @JsonPropertyDescription("Additional facts about the status, for machines.") @Nullable
        Map<String, String> annotations,

        @JsonPropertyDescription("The Revision that was made last.") @Nullable
        String latestCreatedRevisionName,

        @JsonPropertyDescription("The latest Revision that has been ready.") @Nullable
        String latestReadyRevisionName,

        @JsonPropertyDescription("Where it answers, from outside the cluster.") @Nullable
        String url,

        @JsonPropertyDescription("Where it answers, inside the cluster.") @Nullable
        Addressable address,

        @JsonPropertyDescription("How requests are distributed at this moment; every Revision is resolved.")
        List<TrafficTarget> traffic) {
    static final ServiceStatus EMPTY = new ServiceStatus(null, List.of(), null, null, null, null, null, List.of());

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public ServiceStatus {
        conditions = List.copyOf(Objects.requireNonNullElse(conditions, List.of()));
        traffic = List.copyOf(Objects.requireNonNullElse(traffic, List.of()));
    }
}
