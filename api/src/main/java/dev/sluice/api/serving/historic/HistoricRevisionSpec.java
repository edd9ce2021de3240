package dev.sluice.api.serving.historic;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ObjectReference;
import org.jspecify.annotations.Nullable;

/** A Revision of one container; the fields of the pod come from the same schema as in v1. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record HistoricRevisionSpec(
        @JsonPropertyDescription("Deprecated: a copy of metadata.generation.") @Nullable
        Long generation,

        @JsonPropertyDescription("Active, Reserve or Retired. Without effect today.") @Nullable
        String servingState,

        @JsonPropertyDescription("Single or Multi. Single means containerConcurrency 1.") @Nullable
        String concurrencyModel,

        @JsonPropertyDescription("The maximum number of requests in flight per container. 0 means no limit.") @Nullable
        Long containerConcurrency,

        @JsonPropertyDescription("How long a request may take, in seconds.") @Nullable
        Long timeoutSeconds,

        @JsonPropertyDescription("How long a request may wait for the first byte of its answer, in seconds.") @Nullable
        Long responseStartTimeoutSeconds,

        @JsonPropertyDescription("How long a request may pass without a byte in either direction, in seconds.")
        @Nullable
        Long idleTimeoutSeconds,

        @JsonPropertyDescription("The Build that this Revision waits for. Deprecated, see buildRef.") @Nullable
        String buildName,

        @JsonPropertyDescription("What this Revision waits for.") @Nullable
        ObjectReference buildRef,

        @JsonPropertyDescription("The one container.") @Nullable
        JsonNode container) {}
