package dev.sluice.api.serving.historic;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sluice.api.conditions.Condition;
import dev.sluice.api.serving.ContainerDigest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the kinds of 2018 stand: what v1 says, and the fields that v1 has dropped. */
final class HistoricStatus {
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Address(@Nullable String hostname, @Nullable String url) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OfService(
            @Nullable Long observedGeneration,
            @Nullable List<Condition> conditions,
            @Nullable Map<String, String> annotations,
            @Nullable String domain,
            @Nullable String domainInternal,
            @Nullable String latestCreatedRevisionName,
            @Nullable String latestReadyRevisionName,
            @Nullable String url,
            @Nullable Address address,
            @Nullable List<HistoricTarget> traffic) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OfConfiguration(
            @Nullable Long observedGeneration,
            @Nullable List<Condition> conditions,
            @Nullable Map<String, String> annotations,
            @Nullable String latestCreatedRevisionName,
            @Nullable String latestReadyRevisionName) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OfRevision(
            @Nullable Long observedGeneration,
            @Nullable List<Condition> conditions,
            @Nullable Map<String, String> annotations,
            @Nullable String serviceName,
            @Nullable String imageDigest,
            @Nullable String logUrl,
            @Nullable List<ContainerDigest> containerStatuses,
            @Nullable List<ContainerDigest> initContainerStatuses,
            @Nullable Integer actualReplicas,
            @Nullable Integer desiredReplicas) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OfRoute(
            @Nullable Long observedGeneration,
            @Nullable List<Condition> conditions,
            @Nullable Map<String, String> annotations,
            @Nullable String domain,
            @Nullable String domainInternal,
            @Nullable String url,
            @Nullable Address address,
            @Nullable List<HistoricTarget> traffic) {}

    private HistoricStatus() {}
}
