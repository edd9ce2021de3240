package dev.sluice.api.duck;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Where an object takes events. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Address(
        @JsonPropertyDescription("Tells one address from the others, for example http.") @Nullable
        String name,

        @JsonPropertyDescription("Where to post events.") @Nullable
        String url,

        @JsonProperty("CACerts")
        @JsonPropertyDescription("Certificates, as PEM, that the address's may be signed by.")
        @Nullable
        String caCerts,

        @JsonPropertyDescription("The audience of tokens for the address.") @Nullable
        String audience) {

    public static Address http(String url) {
        return new Address("http", url, null, null);
    }
}
