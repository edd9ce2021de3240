package dev.sluice.gateway.balance;

import java.util.Arrays;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Answers of one kind: how many of which status, and how long they took. Guarded by the gate's monitor. */
final class Answers {
    private static final double NANOS_PER_MILLI = 1e6;

    private int[] statuses = new int[4];
    private long[] counts = new long[4];
    private int known;

    private long @Nullable [] buckets;
    private double millis;

    void add(int status, long nanos) {
        counts[index(status)]++;
        if (buckets == null) {
            buckets = new long[AnswerTotals.BOUNDS.length + 1];
        }
        double took = nanos / NANOS_PER_MILLI;
        millis += took;
        int found = Arrays.binarySearch(AnswerTotals.BOUNDS, took);
        buckets[found >= 0 ? found : -found - 1]++;
    }

    private int index(int status) {
        for (int i = 0; i < known; i++) {
            if (statuses[i] == status) {
                return i;
            }
        }
        if (known == statuses.length) {
            statuses = Arrays.copyOf(statuses, 2 * known);
            counts = Arrays.copyOf(counts, 2 * known);
        }
        statuses[known] = status;
        return known++;
    }

    AnswerTotals totals() {
        var byStatus = new TreeMap<Integer, Long>();
        for (int i = 0; i < known; i++) {
            byStatus.put(statuses[i], counts[i]);
        }
        var all = buckets == null ? new long[AnswerTotals.BOUNDS.length + 1] : buckets;
        return new AnswerTotals(byStatus, Arrays.stream(all).boxed().toList(), millis);
    }
}
