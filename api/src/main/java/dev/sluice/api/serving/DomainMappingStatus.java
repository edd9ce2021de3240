package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.conditions.Condition;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where a DomainMapping stands. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record DomainMappingStatus(
        @Nullable Long observedGeneration,
        List<Condition> conditions,

        @JsonPropertyDescription("Additional facts about the status, for machines.") @Nullable
        Map<String, String> annotations,

        @JsonPropertyDescription("Where it answers, from outside the cluster.") @Nullable
        String url,

        @JsonPropertyDescription("Where it answers, inside the cluster.") @Nullable
        Addressable address) {
    static final DomainMappingStatus EMPTY = new DomainMappingStatus(null, List.of(), null, null, null);

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public DomainMappingStatus {
        conditions = List.copyOf(Objects.requireNonNullElse(conditions, List.of()));
    }
}
