package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.conditions.Condition;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where a Revision stands. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record RevisionStatus(
        @Nullable Long observedGeneration,
        List<Condition> conditions,

        @JsonPropertyDescription("Additional facts about the status, for machines.") @Nullable
        Map<String, String> annotations,

        @JsonPropertyDescription("Where the Revision's logs are.") @Nullable
        String logUrl,

        @JsonPropertyDescription("Digests that the images of the containers were resolved to.")
        List<ContainerDigest> containerStatuses,

        @JsonPropertyDescription("Digests that the images of the init containers were resolved to.")
        List<ContainerDigest> initContainerStatuses,

        @JsonPropertyDescription("How many pods are ready.") @Nullable
        Integer actualReplicas,

        @JsonPropertyDescription("How many pods there should be.") @Nullable
        Integer desiredReplicas) {
    static final RevisionStatus EMPTY =
            new RevisionStatus(null, List.of(), null, null, List.of(), List.of(), null, null);

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public RevisionStatus {
        conditions = List.copyOf(Objects.requireNonNullElse(conditions, List.of()));
        containerStatuses = List.copyOf(Objects.requireNonNullElse(containerStatuses, List.of()));
        initContainerStatuses = List.copyOf(Objects.requireNonNullElse(initContainerStatuses, List.of()));
    }
}
