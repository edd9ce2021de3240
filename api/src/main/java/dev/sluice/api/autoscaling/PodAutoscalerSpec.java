package dev.sluice.api.autoscaling;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** What to scale, and within which bounds. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PodAutoscalerSpec(
        @JsonPropertyDescription("The maximum number of requests in flight per container. 0 means no limit.") @Nullable
        Long containerConcurrency,

        @JsonPropertyDescription("The Deployment that is scaled.") @Nullable
        ScaleTarget scaleTargetRef,

        @JsonPropertyDescription("Whether a Route reaches the Revision: empty, Reachable or Unreachable.") @Nullable
        String reachability,

        @JsonPropertyDescription("What the container speaks: http1 or h2c.") @Nullable
        String protocolType) {
    static final PodAutoscalerSpec EMPTY = new PodAutoscalerSpec(null, null, null, null);

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ScaleTarget(
            @JsonPropertyDescription("Its API version.") @Nullable
            String apiVersion,

            @JsonPropertyDescription("Its kind.") @Nullable String kind,
            @JsonPropertyDescription("Its name.") @Nullable String name) {}
}
