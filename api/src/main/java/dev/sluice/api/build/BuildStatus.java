package dev.sluice.api.build;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.api.conditions.Condition;
import io.fabric8.kubernetes.api.model.ContainerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a Build stands (spec/build.md section 1.3). {@code image} and {@code commits} are additions of ours: what the build
 * pushed, and which commits it was built from.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record BuildStatus(
        @Nullable Long observedGeneration,
        List<Condition> conditions,

        @JsonPropertyDescription("Who runs the build: always Cluster.") @Nullable
        String builder,

        @JsonPropertyDescription("The pod that runs the build.") @Nullable
        Cluster cluster,

        @JsonPropertyDescription("When the build began.") @Nullable
        String startTime,

        @JsonPropertyDescription("When the build ended.") @Nullable
        String completionTime,

        @JsonPropertyDescription("The state of every step, in order.")
        List<ContainerState> stepStates,

        @JsonPropertyDescription("The containers of the steps that ended.")
        List<String> stepsCompleted,

        @JsonPropertyDescription("The image that the build pushed.") @Nullable
        Image image,

        @JsonPropertyDescription("The commits that the sources resolved to.")
        List<Commit> commits,

        @JsonPropertyDescription("The steps that were tried again.")
        List<StepTries> stepTries,

        @JsonPropertyDescription("The volume claim that holds the workspace, where it outlives the pod.") @Nullable
        String workspaceClaim) {
    public static final String SUCCEEDED = "Succeeded";
    public static final BuildStatus EMPTY = new BuildStatus(
            null, List.of(), null, null, null, null, List.of(), List.of(), null, List.of(), List.of(), null);

    /** The pod that runs the build. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Cluster(
            @JsonPropertyDescription("The pod's namespace.") @Nullable
            String namespace,

            @JsonPropertyDescription("The pod's name.") @Nullable
            String podName) {}

    /** A pushed image: {@code registry/name:tag}, its digest, and how many bytes its layers have, as far as the step told. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Image(
            @JsonPropertyDescription("registry/name:tag, as it was pushed.") @Nullable
            String name,

            @JsonPropertyDescription("sha256:… of its manifest.") @Nullable
            String digest,

            @JsonPropertyDescription("Bytes of its layers, as far as the step told.") @Nullable
            Long size) {
        public Image(@Nullable String name, @Nullable String digest) {
            this(name, digest, null);
        }

        /** The image pinned to its digest: {@code registry/name@sha256:...}. */
        public Optional<String> pinned() {
            if (name == null || digest == null) {
                return Optional.empty();
            }
            int slash = name.lastIndexOf('/');
            int colon = name.indexOf(':', slash + 1);
            return Optional.of((colon < 0 ? name : name.substring(0, colon)) + "@" + digest);
        }
    }

    /** What a Git source resolved to; the branch is null where the revision was none. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Commit(
            @JsonPropertyDescription("The container that fetched the source.") @Nullable
            String container,

            @JsonPropertyDescription("The commit.") @Nullable
            String sha,

            @JsonPropertyDescription("The branch, where the revision named one.") @Nullable
            String branch,

            @JsonPropertyDescription("Who wrote the commit.") @Nullable
            String author) {
        public Commit(@Nullable String container, @Nullable String sha) {
            this(container, sha, null, null);
        }
    }

    /** How often a step's container was started because an earlier try had failed, and the exit code of that. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record StepTries(
            @JsonPropertyDescription("The container of the step.") @Nullable
            String container,

            @JsonPropertyDescription("How often it was tried again.") @Nullable
            Integer retries,

            @JsonPropertyDescription("Exit code of the last try that failed.") @Nullable
            Integer exitCode) {}

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public BuildStatus {
        conditions = List.copyOf(Objects.requireNonNullElse(conditions, List.of()));
        stepStates = List.copyOf(Objects.requireNonNullElse(stepStates, List.of()));
        stepsCompleted = List.copyOf(Objects.requireNonNullElse(stepsCompleted, List.of()));
        commits = List.copyOf(Objects.requireNonNullElse(commits, List.of()));
        stepTries = List.copyOf(Objects.requireNonNullElse(stepTries, List.of()));
    }

    /** The same with its workspace, and with a step that is tried again; null for what is not news. */
    public BuildStatus with(@Nullable String claim, @Nullable StepTries again) {
        var tries = new ArrayList<>(stepTries);
        if (again != null) {
            tries.removeIf(t -> Objects.equals(t.container(), again.container()));
            tries.add(again);
        }
        return new BuildStatus(
                observedGeneration,
                conditions,
                builder,
                cluster,
                startTime,
                completionTime,
                stepStates,
                stepsCompleted,
                image,
                commits,
                tries,
                claim == null ? workspaceClaim : claim);
    }

    /** The same with what an earlier Build is known to have done, as far as this one has done nothing yet. */
    public BuildStatus goingOnFrom(BuildStatus earlier) {
        return !stepsCompleted.isEmpty()
                ? this
                : new BuildStatus(
                        observedGeneration,
                        conditions,
                        builder,
                        cluster,
                        startTime,
                        completionTime,
                        earlier.stepStates,
                        earlier.stepsCompleted,
                        image == null ? earlier.image : image,
                        commits.isEmpty() ? earlier.commits : commits,
                        stepTries,
                        workspaceClaim);
    }

    /** How the step in the container ended, when it ended well. */
    public Optional<ContainerState> succeededStep(String container) {
        int index = stepsCompleted.indexOf(container);
        return index < 0 || index >= stepStates.size()
                ? Optional.empty()
                : Optional.of(stepStates.get(index))
                        .filter(state -> state.getTerminated() != null
                                && Objects.equals(state.getTerminated().getExitCode(), 0));
    }

    public Optional<Condition> succeeded() {
        return conditions.stream().filter(c -> c.type().equals(SUCCEEDED)).findFirst();
    }

    /** True once the build has succeeded or failed; nothing changes after that. */
    public boolean done() {
        return succeeded().filter(c -> !c.status().equals("Unknown")).isPresent();
    }
}
