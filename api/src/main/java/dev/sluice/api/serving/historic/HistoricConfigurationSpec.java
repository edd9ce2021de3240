package dev.sluice.api.serving.historic;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.serving.RevisionTemplate;
import org.jspecify.annotations.Nullable;

/** What the next Revision is made from, and what is built before. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record HistoricConfigurationSpec(
        @JsonPropertyDescription("Deprecated: a copy of metadata.generation.") @Nullable
        Long generation,

        @JsonPropertyDescription(
                "What to build before a Revision runs: the spec of a Build, or any object that ends with a condition Succeeded.")
        @Nullable
        JsonNode build,

        @JsonPropertyDescription("What a Revision is made from.") @Nullable
        HistoricTemplate revisionTemplate,

        @JsonPropertyDescription("What a Revision is made from, as in v1.") @Nullable
        RevisionTemplate template) {

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record HistoricTemplate(
            @JsonPropertyDescription("Labels and annotations of the Revision.") @Nullable
            Object metadata,

            @JsonPropertyDescription("The container to run, and how requests meet it.") @Nullable
            HistoricRevisionSpec spec) {}
}
