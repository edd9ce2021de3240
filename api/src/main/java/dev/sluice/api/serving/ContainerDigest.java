package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** The digest that the image of one container was resolved to. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ContainerDigest(
        @JsonPropertyDescription("The container.") @Nullable String name,

        @JsonPropertyDescription("Its image, pinned to a digest.") @Nullable
        String imageDigest) {}
