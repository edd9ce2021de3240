package dev.sluice.api.build;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/**
 * A volume that outlives builds and is shared by those of a namespace that name it: what it holds may be lost, and costs time only.
 * An addition of Sluice.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record CacheVolume(
        @JsonPropertyDescription("The name of the volume in the pod; the claim is build-cache-NAME, made when missing.")
        @Nullable
        String name,

        @JsonPropertyDescription(
                "Where every step sees it; unless said, only where a step mounts the volume by its name.")
        @Nullable
        String path,

        @JsonPropertyDescription("The size of the volume when it is made: 5Gi unless said.") @Nullable
        String size,

        @JsonPropertyDescription("The storage class of the volume; the cluster's default unless said.") @Nullable
        String storageClassName) {
    public static final String CLAIM_PREFIX = "build-cache-";
    public static final String SIZE = "5Gi";

    public String claim() {
        return CLAIM_PREFIX + name;
    }

    public String volumeSize() {
        return size == null || size.isEmpty() ? SIZE : size;
    }
}
