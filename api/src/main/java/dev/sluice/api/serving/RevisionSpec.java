package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.kubernetes.api.model.PodSpec;
import org.jspecify.annotations.Nullable;

/**
 * A pod as far as Knative lets it be described, and the limits of its requests. In JSON the pod's fields stand inline.
 *
 * @param containerConcurrency 0 means without limit
 * @param responseStartTimeoutSeconds null means no such timer
 * @param idleTimeoutSeconds null means no such timer
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonDeserialize(using = RevisionSpecDeserializer.class)
public record RevisionSpec(
        @JsonUnwrapped PodSpec podSpec,

        @JsonPropertyDescription("The maximum number of requests in flight per container. 0 means no limit.") @Nullable
        Long containerConcurrency,

        @JsonPropertyDescription("How long a request may take, in seconds, until it has been answered whole.") @Nullable
        Long timeoutSeconds,

        @JsonPropertyDescription("How long a request may wait, in seconds, until its answer begins.") @Nullable
        Long responseStartTimeoutSeconds,

        @JsonPropertyDescription("How long a request may stay, in seconds, without any byte in either direction.")
        @Nullable
        Long idleTimeoutSeconds) {
    static final RevisionSpec EMPTY = new RevisionSpec(new PodSpec(), null, null, null, null);

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public RevisionSpec {
        podSpec = podSpec == null ? new PodSpec() : podSpec;
    }
}
