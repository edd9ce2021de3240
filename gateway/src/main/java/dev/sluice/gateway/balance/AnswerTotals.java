package dev.sluice.gateway.balance;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Snapshot for the metrics page.
 *
 * @param byStatus how many answers
 * @param buckets answers by latency, not cumulated; the last is above all bounds
 * @param millis that all took together
 */
public record AnswerTotals(SortedMap<Integer, Long> byStatus, List<Long> buckets, double millis) {
    /** In milliseconds: Knative's bounds, and those that are usual in Prometheus. */
    static final double[] BOUNDS = {
        5, 10, 20, 25, 40, 50, 60, 75, 80, 100, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 750, 800, 900, 1_000,
        2_000, 2_500, 5_000, 7_500, 10_000, 20_000, 30_000, 50_000, 60_000, 100_000, 300_000
    };

    public AnswerTotals {
        byStatus = Collections.unmodifiableSortedMap(new TreeMap<>(byStatus));
        buckets = List.copyOf(buckets);
    }

    public long count() {
        return buckets.stream().mapToLong(Long::longValue).sum();
    }

    /** How many took no longer than this many milliseconds. */
    public long within(double bound) {
        int upTo = Arrays.binarySearch(BOUNDS, bound);
        if (upTo < 0) {
            throw new IllegalArgumentException("not counted by " + bound + " ms");
        }
        return buckets.stream().limit(upTo + 1L).mapToLong(Long::longValue).sum();
    }
}
