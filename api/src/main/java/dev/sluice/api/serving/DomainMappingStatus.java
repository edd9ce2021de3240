package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
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
        @Nullable Map<String, String> annotations,
        @Nullable String url,
        @Nullable Addressable address) {
    static final DomainMappingStatus EMPTY = new DomainMappingStatus(null, List.of(), null, null, null);

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public DomainMappingStatus {
        conditions = List.copyOf(Objects.requireNonNullElse(conditions, List.of()));
    }
}
