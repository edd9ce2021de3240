package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import java.util.Objects;

/** Which Revisions and Configurations share the requests of a Route. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record RouteSpec(
        @JsonPropertyDescription("How to distribute requests over Revisions and Configurations.")
        List<TrafficTarget> traffic) {
    static final RouteSpec EMPTY = new RouteSpec(List.of());

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public RouteSpec {
        traffic = List.copyOf(Objects.requireNonNullElse(traffic, List.of()));
    }
}
