package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A Configuration's spec and a Route's, side by side. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ServiceSpec(
        @JsonPropertyDescription("The latest specification for the Revision to be stamped out.") @Nullable
        RevisionTemplate template,

        @JsonPropertyDescription(
                "How to distribute requests over Revisions. Defaults to 100% to the latest ready Revision.")
        List<TrafficTarget> traffic) {
    static final ServiceSpec EMPTY = new ServiceSpec(null, List.of());

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public ServiceSpec {
        traffic = List.copyOf(Objects.requireNonNullElse(traffic, List.of()));
    }
}
