package dev.sluice.api.eventing;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.duck.KReference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events that something gives, as v1beta3 says it. It cannot change. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EventAttributesSpec(
        @JsonPropertyDescription("What gives the events, for example a Broker.") @Nullable
        KReference reference,

        @JsonPropertyDescription("For people.") @Nullable String description,

        @JsonPropertyDescription("The attributes of the events; type, source, specversion and id are among them.")
        @Nullable
        List<Attribute> attributes) {

    /** One attribute. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Attribute(
            @JsonPropertyDescription("Its name.") @Nullable String name,

            @JsonPropertyDescription("Whether every event has it.") @Nullable
            Boolean required,

            @JsonPropertyDescription("What it says; parts in braces stand for any letters. Absent: anything.") @Nullable
            String value) {}
}
