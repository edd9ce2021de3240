package dev.sluice.api.duck;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** How a channel serves one of its subscribers. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record SubscriberStatus(
        @JsonPropertyDescription("Of the subscriber.") @Nullable
        String uid,

        @JsonPropertyDescription("The generation of the subscriber that this speaks of.") @Nullable
        Long observedGeneration,

        @JsonPropertyDescription("True, False or Unknown.") @Nullable
        String ready,

        @JsonPropertyDescription("Why it is not ready.") @Nullable
        String message) {}
