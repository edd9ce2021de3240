package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
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
        @Nullable Map<String, String> annotations,
        @Nullable String logUrl,
        List<ContainerDigest> containerStatuses,
        List<ContainerDigest> initContainerStatuses,
        @Nullable Integer actualReplicas,
        @Nullable Integer desiredReplicas) {
    static final RevisionStatus EMPTY =
            new RevisionStatus(null, List.of(), null, null, List.of(), List.of(), null, null);

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public RevisionStatus {
        conditions = List.copyOf(Objects.requireNonNullElse(conditions, List.of()));
        containerStatuses = List.copyOf(Objects.requireNonNullElse(containerStatuses, List.of()));
        initContainerStatuses = List.copyOf(Objects.requireNonNullElse(initContainerStatuses, List.of()));
    }
}
