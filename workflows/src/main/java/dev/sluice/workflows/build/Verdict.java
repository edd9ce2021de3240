package dev.sluice.workflows.build;

import org.jspecify.annotations.Nullable;

/**
 * How a build ended.
 *
 * @param phase what the search attribute {@code SluicePhase} says
 * @param reason the reason of the condition {@code Succeeded}, null when it has none
 */
public record Verdict(
        Phase phase, @Nullable String reason, @Nullable String message) {
    public enum Phase {
        SUCCEEDED("Succeeded"),
        FAILED("Failed"),
        CANCELLED("Cancelled"),
        TIMED_OUT("TimedOut"),
        /** The Build was deleted: there is no status left to write. */
        GONE("Gone");

        private final String word;

        Phase(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    static final Verdict GONE = new Verdict(Phase.GONE, null, null);

    static Verdict failed(String reason, String message) {
        return new Verdict(Phase.FAILED, reason, message);
    }
}
