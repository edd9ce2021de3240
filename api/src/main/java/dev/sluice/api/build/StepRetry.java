package dev.sluice.api.build;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.model.time.GoDuration;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How often, and after what wait, a step that failed is tried again. An addition of Sluice. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record StepRetry(
        @JsonPropertyDescription("The name of the step, a source's container without its prefix, or * for all.")
        @Nullable
        String step,

        @JsonPropertyDescription("How often the step is tried again, 1 to 10.") @Nullable
        Integer limit,

        @JsonPropertyDescription("The wait before the first further try, doubled each time: 1s unless said.") @Nullable
        String backoff,

        @JsonPropertyDescription("The longest wait: 1m unless said.") @Nullable
        String maxBackoff,

        @JsonPropertyDescription("Exit codes that end the build at once.")
        List<Integer> nonRetryableExitCodes,

        @JsonPropertyDescription("Reasons, as steps of Sluice tell them, that end the build at once.")
        List<String> nonRetryableReasons) {
    public static final String EVERY_STEP = "*";
    public static final int MOST = 10;
    public static final Duration BACKOFF = Duration.ofSeconds(1);
    public static final Duration MAX_BACKOFF = Duration.ofMinutes(1);

    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public StepRetry {
        nonRetryableExitCodes = List.copyOf(Objects.requireNonNullElse(nonRetryableExitCodes, List.of()));
        nonRetryableReasons = List.copyOf(Objects.requireNonNullElse(nonRetryableReasons, List.of()));
    }

    /** Whether this is said of the given container of a build's pod. */
    public boolean isFor(String container) {
        return EVERY_STEP.equals(step) || container.equals("build-step-" + step);
    }

    public Duration firstBackoff() {
        return backoff == null ? BACKOFF : GoDuration.parse(backoff).orElse(BACKOFF);
    }

    public Duration longestBackoff() {
        return maxBackoff == null ? MAX_BACKOFF : GoDuration.parse(maxBackoff).orElse(MAX_BACKOFF);
    }
}
