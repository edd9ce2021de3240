package dev.sluice.api.build;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.model.time.GoDuration;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Volume;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a Build shall do (spec/build.md section 1.2). {@code Status} is written with a capital, as it always was; the lower
 * case form, which Go's decoder accepted too, is moved there by admission.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record BuildSpec(
        @JsonPropertyDescription("Deprecated: a copy of metadata.generation.") @Nullable
        Long generation,

        @JsonPropertyDescription("The one source of the build; excludes sources.") @Nullable
        SourceSpec source,

        @JsonPropertyDescription("Several sources, each with a name.")
        List<SourceSpec> sources,

        @JsonPropertyDescription("Containers that run one after the other; excludes template.")
        List<Container> steps,

        @JsonPropertyDescription("Volumes that steps may mount.")
        List<Volume> volumes,

        @JsonPropertyDescription("The service account whose secrets give credentials.") @Nullable
        String serviceAccountName,

        @JsonPropertyDescription("The template to use, and its arguments.") @Nullable
        TemplateInstantiation template,

        @JsonPropertyDescription("Labels of the nodes that may run the build.") @Nullable
        Map<String, String> nodeSelector,

        @JsonPropertyDescription("How long the build may take, as a Go duration: 10m unless said, at most 24h.")
        @Nullable
        String timeout,

        @JsonPropertyDescription("Scheduling constraints of the build's pod.") @Nullable
        Affinity affinity,

        @JsonProperty("Status") @JsonPropertyDescription("BuildCancelled cancels the build.") @Nullable
        String requestedStatus,

        @JsonProperty("status") @JsonPropertyDescription("Another spelling of Status.") @Nullable
        String requestedStatusLowerCase,

        @JsonPropertyDescription("Which steps are tried again when they fail.")
        List<StepRetry> retries,

        @JsonPropertyDescription("Keeps the workspace on a volume that outlives the pod.") @Nullable
        Resume resume,

        @JsonPropertyDescription("Whether this build may run beside others.") @Nullable
        Concurrency concurrency,

        @JsonPropertyDescription("How long the Build is kept after it has ended.") @Nullable
        Retention retention,

        @JsonPropertyDescription("Volumes that outlive builds and are shared by them.")
        List<CacheVolume> cache) {

    public static final String CANCELLED = "BuildCancelled";
    public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(10);
    public static final Duration MAXIMUM_TIMEOUT = Duration.ofHours(24);
    public static final BuildSpec EMPTY = of(null, List.of(), null);

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public BuildSpec {
        sources = List.copyOf(Objects.requireNonNullElse(sources, List.of()));
        steps = List.copyOf(Objects.requireNonNullElse(steps, List.of()));
        volumes = List.copyOf(Objects.requireNonNullElse(volumes, List.of()));
        retries = List.copyOf(Objects.requireNonNullElse(retries, List.of()));
        cache = List.copyOf(Objects.requireNonNullElse(cache, List.of()));
    }

    /** A build of the given source by a template. */
    public static BuildSpec of(SourceSpec source, TemplateInstantiation template) {
        return of(source, List.of(), template);
    }

    private static BuildSpec of(
            @Nullable SourceSpec source, List<Container> steps, @Nullable TemplateInstantiation template) {
        return new BuildSpec(
                null, source, List.of(), steps, List.of(), null, template, null, null, null, null, null, List.of(),
                null, null, null, List.of());
    }

    public boolean cancelRequested() {
        return CANCELLED.equals(requestedStatus) || CANCELLED.equals(requestedStatusLowerCase);
    }

    /** {@code source} and {@code sources} as one list. */
    public List<SourceSpec> allSources() {
        return source == null ? sources : List.of(source);
    }

    public String serviceAccount() {
        return serviceAccountName == null || serviceAccountName.isEmpty() ? "default" : serviceAccountName;
    }

    /** The timeout that applies; a timeout of zero means the maximum. */
    public Duration effectiveTimeout() {
        if (timeout == null) {
            return DEFAULT_TIMEOUT;
        }
        var parsed = GoDuration.parse(timeout).orElse(DEFAULT_TIMEOUT);
        return parsed.isZero() || parsed.isNegative() ? MAXIMUM_TIMEOUT : parsed;
    }

    /** Whether workspace and home are on a volume that outlives the pod: a step can only be tried again where they are. */
    public boolean resumable() {
        return resume != null || !retries.isEmpty();
    }

    BuildSpec with(List<Container> newSteps, List<Volume> newVolumes) {
        return new BuildSpec(
                generation,
                source,
                sources,
                newSteps,
                newVolumes,
                serviceAccountName,
                template,
                nodeSelector,
                timeout,
                affinity,
                requestedStatus,
                requestedStatusLowerCase,
                retries,
                resume,
                concurrency,
                retention,
                cache);
    }
}
