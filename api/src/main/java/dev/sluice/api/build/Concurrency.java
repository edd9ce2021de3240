package dev.sluice.api.build;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Whether a build may run beside others of its group. An addition of Sluice. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Concurrency(
        @JsonPropertyDescription("Allow (as without it), Forbid, Replace or Queue.") @Nullable
        String policy,

        @JsonPropertyDescription("Which builds of the namespace count; all that name no group unless said.") @Nullable
        String group,

        @JsonPropertyDescription("How many of the group may run at a time: 1 unless said.") @Nullable
        Integer limit) {
    public enum Policy {
        ALLOW("Allow"),
        /** A build that finds its group full fails. */
        FORBID("Forbid"),
        /** A build cancels the older ones of its group and begins when they have ended. */
        REPLACE("Replace"),
        /** A build waits for the older ones of its group. */
        QUEUE("Queue");

        private final String word;

        Policy(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    public Policy effectivePolicy() {
        for (var one : Policy.values()) {
            if (one.word().equals(policy)) {
                return one;
            }
        }
        return Policy.ALLOW;
    }

    public String effectiveGroup() {
        return Objects.requireNonNullElse(group, "");
    }

    public int effectiveLimit() {
        return limit == null || limit < 1 ? 1 : limit;
    }
}
