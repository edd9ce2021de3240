package dev.sluice.api.build;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Container;
import org.jspecify.annotations.Nullable;

/** Where one source of a build comes from. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record SourceSpec(
        @JsonPropertyDescription("Suffix of the container that fetches this source.") @Nullable
        String name,

        @JsonPropertyDescription("A Git repository.") @Nullable
        Git git,

        @JsonPropertyDescription("An archive or a manifest in Google Cloud Storage.") @Nullable
        Gcs gcs,

        @JsonPropertyDescription("A container of the user's that fills /workspace.") @Nullable
        Container custom,

        @JsonPropertyDescription("Directory of the source that steps see as /workspace.") @Nullable
        String subPath,

        @JsonPropertyDescription("Directory below /workspace to fetch into.") @Nullable
        String targetPath) {

    /** A Git repository; the revision is a branch, a tag, a commit or any other ref. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Git(
            @JsonPropertyDescription("Where the repository is: http, https or SSH.") @Nullable
            String url,

            @JsonPropertyDescription("A branch, a tag, a commit or any other ref.") @Nullable
            String revision) {}

    /** An archive or manifest in Google Cloud Storage. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Gcs(
            @JsonPropertyDescription("Archive or Manifest.") @Nullable
            String type,

            @JsonPropertyDescription("gs:// URL of the archive or the manifest.") @Nullable
            String location) {}

    public static SourceSpec ofGit(String url, String revision) {
        return new SourceSpec(null, new Git(url, revision), null, null, null, null);
    }
}
