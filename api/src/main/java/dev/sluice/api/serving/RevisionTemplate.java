package dev.sluice.api.serving;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a Revision is made from; a name in its metadata is the user's own name for the next Revision. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record RevisionTemplate(
        @JsonPropertyDescription("Labels, annotations and an optional name for the Revision.") @Nullable
        ObjectMeta metadata,

        @JsonPropertyDescription("The pod to run, and how requests meet it.")
        RevisionSpec spec) {

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public RevisionTemplate {
        spec = Objects.requireNonNullElse(spec, RevisionSpec.EMPTY);
    }

    public Map<String, String> labels() {
        return metadata == null || metadata.getLabels() == null ? Map.of() : metadata.getLabels();
    }

    public Map<String, String> annotations() {
        return metadata == null || metadata.getAnnotations() == null ? Map.of() : metadata.getAnnotations();
    }

    /** The name the user gave the next Revision, or null. */
    public @Nullable String name() {
        return metadata == null
                        || metadata.getName() == null
                        || metadata.getName().isEmpty()
                ? null
                : metadata.getName();
    }
}
