package dev.sluice.api.duck;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Where events go: an object with an address, a URI, or a URI relative to the object's address. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Destination(
        @JsonPropertyDescription("An object with an address, or a Service of Kubernetes.") @Nullable
        KReference ref,

        @JsonPropertyDescription("An absolute URI, or one relative to the address of ref.") @Nullable
        String uri,

        @JsonProperty("CACerts")
        @JsonPropertyDescription("Certificates, as PEM, that the destination's may be signed by.")
        @Nullable
        String caCerts,

        @JsonPropertyDescription("The audience of tokens for the destination.") @Nullable
        String audience) {

    public static Destination of(KReference ref) {
        return new Destination(ref, null, null, null);
    }

    public static Destination of(String uri) {
        return new Destination(null, uri, null, null);
    }
}
