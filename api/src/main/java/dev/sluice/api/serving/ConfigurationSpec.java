package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** What the next Revision shall be. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ConfigurationSpec(
        @JsonPropertyDescription("The latest specification for the Revision to be stamped out.") @Nullable
        RevisionTemplate template) {
    static final ConfigurationSpec EMPTY = new ConfigurationSpec(null);
}
