package dev.sluice.api.eventing;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.duck.DeliverySpec;
import dev.sluice.api.duck.KReference;
import org.jspecify.annotations.Nullable;

/** What a Broker is made of, and how its Triggers deliver unless they say otherwise. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record BrokerSpec(
        @JsonPropertyDescription(
                "Configuration for the class: a ConfigMap with a channel template, or what the class asks for. It"
                        + " cannot change.")
        @Nullable
        KReference config,

        @JsonPropertyDescription("For Triggers that do not say themselves.") @Nullable
        DeliverySpec delivery) {}
