package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Where a domain leads, and with which certificate. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record DomainMappingSpec(
        @JsonPropertyDescription("What the domain leads to: anything with an address, in the same namespace.") @Nullable
        Reference ref,

        @JsonPropertyDescription("A certificate of your own.") @Nullable
        SecretTls tls) {
    static final DomainMappingSpec EMPTY = new DomainMappingSpec(null, null);

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Reference(
            @JsonPropertyDescription("The kind, for example Service.") @Nullable
            String kind,

            @JsonPropertyDescription("The namespace, which is the DomainMapping's own.") @Nullable
            String namespace,

            @JsonPropertyDescription("The name.") @Nullable String name,

            @JsonPropertyDescription("The group and version, for example serving.knative.dev/v1.") @Nullable
            String apiVersion,

            @JsonPropertyDescription("The group, without a version.") @Nullable
            String group,

            @JsonPropertyDescription("The address to take of several.") @Nullable
            String address) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record SecretTls(
            @JsonPropertyDescription("The Secret of type kubernetes.io/tls.") @Nullable
            String secretName) {}
}
