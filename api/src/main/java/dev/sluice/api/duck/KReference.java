package dev.sluice.api.duck;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Names another object. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record KReference(
        @JsonPropertyDescription("The kind, for example Service.") @Nullable
        String kind,

        @JsonPropertyDescription("The namespace; that of the referring object when absent.") @Nullable
        String namespace,

        @JsonPropertyDescription("The name.") @Nullable String name,

        @JsonPropertyDescription("The group and version, for example serving.knative.dev/v1.") @Nullable
        String apiVersion) {

    public static KReference of(String apiVersion, String kind, @Nullable String namespace, String name) {
        return new KReference(kind, namespace, name, apiVersion);
    }
}
