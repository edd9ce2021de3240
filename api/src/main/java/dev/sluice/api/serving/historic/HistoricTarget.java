package dev.sluice.api.serving.historic;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** One share of a Route's requests. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record HistoricTarget(
        @JsonPropertyDescription("Names this target, which gets a host of its own. Called tag in v1.") @Nullable
        String name,

        @JsonPropertyDescription("The same as name.") @Nullable
        String tag,

        @JsonPropertyDescription("The Revision that gets this share.") @Nullable
        String revisionName,

        @JsonPropertyDescription("The Configuration whose latest ready Revision gets this share.") @Nullable
        String configurationName,

        @JsonPropertyDescription("Whether the latest ready Revision gets this share.") @Nullable
        Boolean latestRevision,

        @JsonPropertyDescription("The share of requests, 0 to 100. All shares sum to 100.") @Nullable
        Long percent,

        @JsonPropertyDescription("The URL of this target. Only in a status.") @Nullable
        String url) {}
