package dev.sluice.api.eventing;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.duck.KReference;
import org.jspecify.annotations.Nullable;

/** The events that something gives, as v1beta1 and v1beta2 say it. It cannot change. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EventTypeSpec(
        @JsonPropertyDescription("The CloudEvents type.") @Nullable
        String type,

        @JsonPropertyDescription("The CloudEvents source, a URI.") @Nullable
        String source,

        @JsonPropertyDescription("Where the schema of the data is, a URI.") @Nullable
        String schema,

        @JsonPropertyDescription("The schema itself; nobody looks into it.") @Nullable
        String schemaData,

        @JsonPropertyDescription("Deprecated, reference says it better: the Broker that gives the events.") @Nullable
        String broker,

        @JsonPropertyDescription("What gives the events, for example a Broker.") @Nullable
        KReference reference,

        @JsonPropertyDescription("For people.") @Nullable String description) {}
