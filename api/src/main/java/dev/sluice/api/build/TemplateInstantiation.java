package dev.sluice.api.build;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.EnvVar;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which template a Build uses, with what. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record TemplateInstantiation(
        @JsonPropertyDescription("The template, of this namespace or else of the cluster.") @Nullable
        String name,

        @JsonPropertyDescription("BuildTemplate (the default) or ClusterBuildTemplate.") @Nullable
        String kind,

        @JsonPropertyDescription("Values for the template's parameters.")
        List<Argument> arguments,

        @JsonPropertyDescription("Environment added to every step; replaces variables of the same name.")
        List<EnvVar> env) {

    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Argument(
            @JsonPropertyDescription("The parameter.") @Nullable
            String name,

            @JsonPropertyDescription("Its value.") @Nullable String value) {}

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public TemplateInstantiation {
        arguments = List.copyOf(Objects.requireNonNullElse(arguments, List.of()));
        env = List.copyOf(Objects.requireNonNullElse(env, List.of()));
    }
}
