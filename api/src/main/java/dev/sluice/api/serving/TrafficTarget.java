package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** One share of a Route's requests; in a status the Revision is always resolved. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record TrafficTarget(
        @JsonPropertyDescription("Names this target, which gets a URL of its own.") @Nullable
        String tag,

        @JsonPropertyDescription("The Revision that gets this share. Excludes configurationName.") @Nullable
        String revisionName,

        @JsonPropertyDescription("The Configuration whose latest ready Revision gets this share. Not in a Service.")
        @Nullable
        String configurationName,

        @JsonPropertyDescription(
                "Whether the latest ready Revision gets this share. Defaults to the absence of revisionName.")
        @Nullable
        Boolean latestRevision,

        @JsonPropertyDescription("The share of requests, 0 to 100. All shares sum to 100.") @Nullable
        Long percent,

        @JsonPropertyDescription("The URL of this target. Only in a status.") @Nullable
        String url) {

    public boolean latest() {
        return latestRevision == null ? revisionName == null || revisionName.isEmpty() : latestRevision;
    }

    public long share() {
        return percent == null ? 0 : percent;
    }
}
