package dev.sluice.workflows.build;

import dev.sluice.workflows.build.BuildActivities.StepEnd;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * When the step in a container is tried again.
 *
 * @param limit how often
 * @param backoffMillis the wait before the first further try, doubled each time up to {@code maxBackoffMillis}
 * @param exitCodes that end the build at once
 * @param reasons that end the build at once
 */
public record RetryRule(
        String container,
        int limit,
        long backoffMillis,
        long maxBackoffMillis,
        List<Integer> exitCodes,
        List<String> reasons) {
    @SuppressWarnings("NullAway") // absent in older histories
    public RetryRule {
        exitCodes = List.copyOf(Objects.requireNonNullElse(exitCodes, List.of()));
        reasons = List.copyOf(Objects.requireNonNullElse(reasons, List.of()));
    }

    /** @param retried how often it has been tried again already */
    boolean allows(StepEnd end, int retried) {
        var reason = end.reason();
        return retried < limit && !exitCodes.contains(end.exitCode()) && (reason == null || !reasons.contains(reason));
    }

    /** @param retried how often it has been tried again already */
    Duration backoff(int retried) {
        long wait = retried >= Long.numberOfLeadingZeros(Math.max(1, backoffMillis)) - 1
                ? maxBackoffMillis
                : backoffMillis << retried;
        return Duration.ofMillis(Math.min(wait, maxBackoffMillis));
    }
}
