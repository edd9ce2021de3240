package dev.sluice.workflows.delivery;

import dev.sluice.model.delivery.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * One attempt, as the timeline tells it.
 *
 * @param number from 1
 * @param atMillis when it ended
 * @param status 0 when there was no answer
 * @param retryAfterMillis the least wait the answer asked for
 * @param to the URL that decided it; null in what was written before it was kept
 * @param answer what was answered, its first bytes as base64; null when nothing was, and of all but the newest
 * @param tookMillis from the first byte sent to the last one read
 */
public record Tried(
        int number,
        long atMillis,
        Verdict verdict,
        int status,
        String detail,
        long retryAfterMillis,
        @Nullable String to,
        @Nullable String answer,
        long tookMillis) {
    public Tried(int number, long atMillis, Verdict verdict, int status, String detail, long retryAfterMillis) {
        this(number, atMillis, verdict, status, detail, retryAfterMillis, null, null, 0);
    }

    Tried withoutAnswer() {
        return answer == null
                ? this
                : new Tried(number, atMillis, verdict, status, detail, retryAfterMillis, to, null, tookMillis);
    }
}
