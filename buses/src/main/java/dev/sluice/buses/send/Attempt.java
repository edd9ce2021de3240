package dev.sluice.buses.send;

import dev.sluice.model.delivery.Verdict;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What became of one attempt.
 *
 * @param status of the answer that decided it, 0 when there was none
 * @param detail for people: what was said, or what went wrong; never the event's data
 * @param retryAfter asked for by the answer, else zero
 * @param to the URL that decided it
 * @param answer what was answered, its first bytes as base64; null when nothing was
 * @param took from the first byte sent to the last one read
 */
public record Attempt(
        Verdict verdict,
        int status,
        String detail,
        Duration retryAfter,
        @Nullable String to,
        @Nullable String answer,
        Duration took) {}
