package dev.sluice.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Durations of one kind, gathered by several threads. */
final class Times {
    /** Guarded by itself. */
    private final List<Duration> all = new ArrayList<>();

    void add(Duration duration) {
        synchronized (all) {
            all.add(duration);
        }
    }

    /** Nearest rank; in milliseconds. */
    double percentile(double share) {
        synchronized (all) {
            if (all.isEmpty()) {
                return Double.NaN;
            }
            var sorted = all.stream().sorted().toList();
            int rank = (int) Math.ceil(share * sorted.size());
            return sorted.get(Math.clamp(rank, 1, sorted.size()) - 1).toNanos() / 1e6;
        }
    }

    int count() {
        synchronized (all) {
            return all.size();
        }
    }

    /** p50 and p95, as cells of a table. */
    String cells() {
        return String.format(Locale.ROOT, "%.0f | %.0f", percentile(0.5), percentile(0.95));
    }
}
