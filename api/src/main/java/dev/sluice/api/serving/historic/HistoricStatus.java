package dev.sluice.api.serving.historic;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.conditions.Condition;
import dev.sluice.api.serving.ContainerDigest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the kinds of 2018 stand: what v1 says, and the fields that v1 has dropped. */
final class HistoricStatus {
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Address(
            @JsonPropertyDescription("The host, inside the cluster.") @Nullable
            String hostname,

            @JsonPropertyDescription("The URL, inside the cluster.") @Nullable
            String url) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OfService(
            @Nullable Long observedGeneration,
            @Nullable List<Condition> conditions,

            @JsonPropertyDescription("Additional facts about the status, for machines.") @Nullable
            Map<String, String> annotations,

            @JsonPropertyDescription("The host it answers at, from outside the cluster. v1 has url instead.") @Nullable
            String domain,

            @JsonPropertyDescription("The host it answers at, inside the cluster. v1 has address instead.") @Nullable
            String domainInternal,

            @JsonPropertyDescription("The Revision that was made last.") @Nullable
            String latestCreatedRevisionName,

            @JsonPropertyDescription("The latest Revision that has been ready.") @Nullable
            String latestReadyRevisionName,

            @JsonPropertyDescription("Where it answers, from outside the cluster.") @Nullable
            String url,

            @JsonPropertyDescription("Where it answers, inside the cluster.") @Nullable
            Address address,

            @JsonPropertyDescription("How requests are distributed at this moment; every Revision is resolved.")
            @Nullable
            List<HistoricTarget> traffic) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OfConfiguration(
            @Nullable Long observedGeneration,
            @Nullable List<Condition> conditions,

            @JsonPropertyDescription("Additional facts about the status, for machines.") @Nullable
            Map<String, String> annotations,

            @JsonPropertyDescription("The Revision that was made last.") @Nullable
            String latestCreatedRevisionName,

            @JsonPropertyDescription("The latest Revision that has been ready.") @Nullable
            String latestReadyRevisionName) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OfRevision(
            @Nullable Long observedGeneration,
            @Nullable List<Condition> conditions,

            @JsonPropertyDescription("Additional facts about the status, for machines.") @Nullable
            Map<String, String> annotations,

            @JsonPropertyDescription("The Kubernetes Service of the Revision. Without meaning today.") @Nullable
            String serviceName,

            @JsonPropertyDescription("Digest that the image of the one container was resolved to.") @Nullable
            String imageDigest,

            @JsonPropertyDescription("Where the Revision's logs are.") @Nullable
            String logUrl,

            @JsonPropertyDescription("Digests that the images of the containers were resolved to.") @Nullable
            List<ContainerDigest> containerStatuses,

            @JsonPropertyDescription("Digests that the images of the init containers were resolved to.") @Nullable
            List<ContainerDigest> initContainerStatuses,

            @JsonPropertyDescription("How many pods are ready.") @Nullable
            Integer actualReplicas,

            @JsonPropertyDescription("How many pods there should be.") @Nullable
            Integer desiredReplicas) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OfRoute(
            @Nullable Long observedGeneration,
            @Nullable List<Condition> conditions,

            @JsonPropertyDescription("Additional facts about the status, for machines.") @Nullable
            Map<String, String> annotations,

            @JsonPropertyDescription("The host it answers at, from outside the cluster. v1 has url instead.") @Nullable
            String domain,

            @JsonPropertyDescription("The host it answers at, inside the cluster. v1 has address instead.") @Nullable
            String domainInternal,

            @JsonPropertyDescription("Where it answers, from outside the cluster.") @Nullable
            String url,

            @JsonPropertyDescription("Where it answers, inside the cluster.") @Nullable
            Address address,

            @JsonPropertyDescription("How requests are distributed at this moment; every Revision is resolved.")
            @Nullable
            List<HistoricTarget> traffic) {}

    private HistoricStatus() {}
}
