package dev.sluice.api.messaging;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** The kind of channel that is made, and its spec. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ChannelTemplate(
        @JsonPropertyDescription("Group and version.") @Nullable
        String apiVersion,

        @JsonPropertyDescription("Kind.") @Nullable String kind,

        @JsonPropertyDescription("The spec of the channel that is made.") @Nullable
        JsonNode spec) {}
