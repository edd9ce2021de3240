package dev.sluice.api.flows;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.duck.DeliverySpec;
import dev.sluice.api.duck.Destination;
import dev.sluice.api.duck.KReference;
import org.jspecify.annotations.Nullable;

/** One step: a destination, and how it is delivered to. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record SequenceStep(
        @JsonPropertyDescription("An object with an address, or a Service of Kubernetes.") @Nullable
        KReference ref,

        @JsonPropertyDescription("An absolute URI, or one relative to the address of ref.") @Nullable
        String uri,

        @JsonProperty("CACerts")
        @JsonPropertyDescription("Certificates, as PEM, that the destination's may be signed by.")
        @Nullable
        String caCerts,

        @JsonPropertyDescription("The audience of tokens for the destination.") @Nullable
        String audience,

        @JsonPropertyDescription("How deliveries to the step are retried, and where events go that it did not take.")
        @Nullable
        DeliverySpec delivery) {
    public Destination destination() {
        return new Destination(ref, uri, caCerts, audience);
    }
}
