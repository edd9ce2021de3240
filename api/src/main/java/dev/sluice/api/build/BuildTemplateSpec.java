package dev.sluice.api.build;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The steps of a template and the parameters that occur in them as <code>${NAME}</code>. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record BuildTemplateSpec(
        @JsonPropertyDescription("Deprecated: a copy of metadata.generation.") @Nullable
        Long generation,

        @JsonPropertyDescription("What a Build may set; the value replaces ${NAME} in steps and volumes.")
        List<Parameter> parameters,

        @JsonPropertyDescription("Containers that run one after the other.")
        List<Container> steps,

        @JsonPropertyDescription("Volumes that steps may mount.")
        List<Volume> volumes) {
    public static final BuildTemplateSpec EMPTY = new BuildTemplateSpec(null, List.of(), List.of(), List.of());

    /** A parameter; without a default it must be given. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Parameter(
            @JsonPropertyDescription("What an argument calls it.") @Nullable
            String name,

            @JsonPropertyDescription("What it is for.") @Nullable
            String description,

            @JsonPropertyDescription("The value when no argument is given; without one an argument is required.")
            @JsonProperty("default")
            @Nullable
            String defaultValue) {}

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public BuildTemplateSpec {
        parameters = List.copyOf(Objects.requireNonNullElse(parameters, List.of()));
        steps = List.copyOf(Objects.requireNonNullElse(steps, List.of()));
        volumes = List.copyOf(Objects.requireNonNullElse(volumes, List.of()));
    }
}
