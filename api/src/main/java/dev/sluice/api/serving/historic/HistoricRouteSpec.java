package dev.sluice.api.serving.historic;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How requests are shared. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record HistoricRouteSpec(
        @JsonPropertyDescription("Deprecated: a copy of metadata.generation.") @Nullable
        Long generation,

        @JsonPropertyDescription("How to distribute requests over Revisions and Configurations.") @Nullable
        List<HistoricTarget> traffic) {}
