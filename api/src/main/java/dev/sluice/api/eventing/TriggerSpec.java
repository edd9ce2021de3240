package dev.sluice.api.eventing;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.duck.DeliverySpec;
import dev.sluice.api.duck.Destination;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which events of which Broker go where. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record TriggerSpec(
        @JsonPropertyDescription("The Broker, in the same namespace. It cannot change.") @Nullable
        String broker,

        @JsonPropertyDescription("Wants events whose attributes have these values; filters win where there are any.")
        @Nullable
        TriggerFilter filter,

        @JsonPropertyDescription("Wants events that pass each of these: all, any, not, exact, prefix, suffix or cesql.")
        @Nullable
        List<JsonNode> filters,

        @JsonPropertyDescription("Where the events go.") @Nullable
        Destination subscriber,

        @JsonPropertyDescription(
                "How deliveries are retried, and where events go that could not be delivered. It replaces what the"
                        + " Broker says as a whole, except for a dead letter sink that is not given.")
        @Nullable
        DeliverySpec delivery) {}
