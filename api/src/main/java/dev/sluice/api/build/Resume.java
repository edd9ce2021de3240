package dev.sluice.api.build;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the workspace and the home of a build on a volume that outlives its pod, so that a pod that is lost, a step that is tried
 * again and a Build that comes after go on where it stopped. An addition of Sluice.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Resume(
        @JsonPropertyDescription("A failed Build of this namespace to go on from, at the step that failed.") @Nullable
        String from,

        @JsonPropertyDescription("The size of the volume: 1Gi unless said.") @Nullable
        String size,

        @JsonPropertyDescription("The storage class of the volume; the cluster's default unless said.") @Nullable
        String storageClassName) {
    public static final String SIZE = "1Gi";
    public static final Resume DEFAULT = new Resume(null, null, null);

    public String volumeSize() {
        return size == null || size.isEmpty() ? SIZE : size;
    }
}
