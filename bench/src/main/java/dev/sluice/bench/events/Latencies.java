package dev.sluice.bench.events;

import java.util.Arrays;
import java.util.Locale;

/** Durations in nanoseconds, all kept, for any number of threads. */
final class Latencies {
    // guarded by this
    private long[] nanos = new long[1 << 16];
    private int count;

    synchronized void add(long duration) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = duration;
    }

    /** In milliseconds. */
    record Summary(int count, double p50, double p95, double p99) {
        String words() {
            return String.format(Locale.ROOT, "%d %.3f %.3f %.3f", count, p50, p95, p99);
        }

        static Summary parse(String words) {
            var parts = words.strip().split(" ", -1);
            return new Summary(
                    Integer.parseInt(parts[0]),
                    Double.parseDouble(parts[1]),
                    Double.parseDouble(parts[2]),
                    Double.parseDouble(parts[3]));
        }
    }

    synchronized int count() {
        return count;
    }

    /** And begins anew. */
    synchronized Summary take() {
        var sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        var summary = new Summary(count, millis(sorted, 0.50), millis(sorted, 0.95), millis(sorted, 0.99));
        count = 0;
        return summary;
    }

    private static double millis(long[] sorted, double share) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) (share * (sorted.length - 1))] / 1e6;
    }
}
