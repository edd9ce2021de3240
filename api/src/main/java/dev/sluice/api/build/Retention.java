package dev.sluice.api.build;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.model.time.GoDuration;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How long a Build is kept after it has ended; with it go its pod, its volume and its logs. An addition of Sluice. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Retention(
        @JsonPropertyDescription("How many ended Builds of the group are kept, the newest ones.") @Nullable
        Integer count,

        @JsonPropertyDescription("How long after its end the Build is kept, as a Go duration.") @Nullable
        String age,

        @JsonPropertyDescription("Which Builds of the namespace are counted; all that name no group unless said.")
        @Nullable
        String group) {
    public Optional<Duration> longest() {
        return age == null ? Optional.empty() : GoDuration.parse(age);
    }

    public String effectiveGroup() {
        return Objects.requireNonNullElse(group, "");
    }
}
