package dev.sluice.kubedev.node.pod;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A kubelet's waits: none at first, then ten seconds doubling to five minutes, forgotten after ten quiet minutes. */
final class Backoff {

    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration MOST = Duration.ofMinutes(5);
    private static final Duration FORGOTTEN = Duration.ofMinutes(10);

    private @Nullable Duration wait;
    private Instant updated = Instant.EPOCH;

    /** How long to wait, from `since`, before the next try; zero when it may be tried now. */
    Duration remaining(Instant since, Instant now) {
        Duration current = wait;
        if (current == null || Duration.between(updated, since).compareTo(FORGOTTEN) > 0) {
            wait = null;
            return Duration.ZERO;
        }
        Duration left = Duration.between(now, since.plus(current));
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Notes a try: the next one waits longer. */
    void tried(Instant now) {
        Duration current = wait;
        Duration doubled = current == null ? FIRST : current.multipliedBy(2);
        wait = doubled.compareTo(MOST) > 0 ? MOST : doubled;
        updated = now;
    }

    /** The wait as a kubelet prints it: `10s`, `1m20s`. */
    String text() {
        Duration current = wait == null ? FIRST : wait;
        long minutes = current.toMinutes();
        return (minutes > 0 ? minutes + "m" : "") + current.toSecondsPart() + "s";
    }
}
