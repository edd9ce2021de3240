package dev.sluice.api.serving.historic;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.serving.RevisionTemplate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One of the four modes, or a template and traffic as in v1. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record HistoricServiceSpec(
        @JsonPropertyDescription("Deprecated: a copy of metadata.generation.") @Nullable
        Long generation,

        @JsonPropertyDescription("All requests go to the latest ready Revision.") @Nullable
        RunLatest runLatest,

        @JsonPropertyDescription("All requests go to one Revision that is named here.") @Nullable
        Pinned pinned,

        @JsonPropertyDescription("Requests are split between a current and a candidate Revision.") @Nullable
        Release release,

        @JsonPropertyDescription("Route and Configuration are managed by hand.") @Nullable
        Manual manual,

        @JsonPropertyDescription("The latest specification for the Revision to be stamped out, as in v1.") @Nullable
        RevisionTemplate template,

        @JsonPropertyDescription("How to distribute requests over Revisions, as in v1.") @Nullable
        List<HistoricTarget> traffic) {

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record RunLatest(
            @JsonPropertyDescription("What the latest Revision is made from.") @Nullable
            HistoricConfigurationSpec configuration) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Pinned(
            @JsonPropertyDescription("The Revision that gets all requests.") @Nullable
            String revisionName,

            @JsonPropertyDescription("What the latest Revision is made from.") @Nullable
            HistoricConfigurationSpec configuration) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Release(
            @JsonPropertyDescription(
                    "The current Revision and, if there is one, the candidate. @latest is the latest ready one.")
            @Nullable
            List<String> revisions,

            @JsonPropertyDescription("The candidate's share of requests, 0 to 99.") @Nullable
            Integer rolloutPercent,

            @JsonPropertyDescription("What the latest Revision is made from.") @Nullable
            HistoricConfigurationSpec configuration) {}

    record Manual() {}
}
