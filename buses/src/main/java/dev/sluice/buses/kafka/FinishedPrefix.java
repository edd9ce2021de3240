package dev.sluice.buses.kafka;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * The events of one partition that were fetched, and which of them are finished. Only a prefix of finished ones may be committed.
 *
 * <pre>
 *   offsets   7 8 9 10 12        position() is 9: 7 and 8 are finished, 9 is not, whatever 10 and 12 are
 *             x x . x  .
 * </pre>
 */
final class FinishedPrefix {
    private final ArrayDeque<Fetched> open = new ArrayDeque<>();
    private final Map<Long, Fetched> byOffset = new HashMap<>();
    private long position;
    private long count;

    private static final class Fetched {
        private final long offset;
        private boolean finished;

        Fetched(long offset) {
            this.offset = offset;
        }
    }

    FinishedPrefix(long position) {
        this.position = position;
    }

    /**
     * In the order of offsets; there may be gaps.
     *
     * @return how many that makes
     */
    @CanIgnoreReturnValue
    long fetched(long offset) {
        var fetched = new Fetched(offset);
        open.addLast(fetched);
        byOffset.put(offset, fetched);
        return ++count;
    }

    void finished(long offset) {
        var fetched = byOffset.remove(offset);
        if (fetched == null) {
            return;
        }
        fetched.finished = true;
        while (!open.isEmpty() && open.getFirst().finished) {
            position = open.removeFirst().offset + 1;
        }
    }

    /** What to commit: everything before it is finished. */
    long position() {
        return position;
    }

    /** From the first unfinished one to the last fetched one. */
    int span() {
        return open.size();
    }
}
