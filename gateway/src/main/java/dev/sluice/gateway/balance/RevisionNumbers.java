package dev.sluice.gateway.balance;

import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionStat;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is counted about one revision: the current second, and the totals for metrics. Guarded by the gate's monitor. */
public final class RevisionNumbers {
    private static final double[] BOUNDS = {
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 300
    };

    private static final int STEPS = 4;
    private static final int SCALES = 32;

    private int concurrency;
    private long since;
    private double area;
    private int arrived;
    private int finished;
    private long failed;
    /** Latencies of this second, in quarter powers of two of a microsecond; made when first needed. */
    private int @Nullable [] second;

    private long @Nullable [] totals;
    private double totalSeconds;
    private long waits;
    private double waitedSeconds;
    private final long[] classes = new long[6];

    /**
     * Snapshot for the metrics page.
     *
     * @param byClass answers by hundreds of their status; index 0 holds what is none
     * @param waits requests that waited before they went to a pod, {@code waitedSeconds} altogether
     * @param buckets answers by latency bound, not cumulated; the last is above all bounds
     */
    public record Totals(List<Long> byClass, List<Long> buckets, double seconds, long waits, double waitedSeconds) {}

    /** Upper bounds of the latency histogram, in seconds. */
    public static double[] bounds() {
        return BOUNDS.clone();
    }

    void enter(long now) {
        advance(now);
        concurrency++;
        arrived++;
    }

    void leave(long now) {
        advance(now);
        concurrency--;
    }

    void waited(long nanos) {
        waits++;
        waitedSeconds += nanos / 1e9;
    }

    void finish(int status, long nanos) {
        finished++;
        int hundred = status / 100;
        classes[hundred >= 1 && hundred <= 5 ? hundred : 0]++;
        if (hundred == 5) {
            failed++;
        }
        if (second == null) {
            second = new int[STEPS * SCALES];
        }
        second[step(nanos / 1000)]++;
        if (totals == null) {
            totals = new long[BOUNDS.length + 1];
        }
        double seconds = nanos / 1e9;
        totalSeconds += seconds;
        int bucket = 0;
        while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]) {
            bucket++;
        }
        totals[bucket]++;
    }

    int concurrency() {
        return concurrency;
    }

    /** Closes the second that began at {@code start}; null when nothing happened in it. */
    @Nullable
    RevisionStat take(RevisionId revision, long start, long now, int queued) {
        advance(now);
        if (area == 0 && arrived == 0 && finished == 0 && concurrency == 0) {
            return null;
        }
        double average = area / Math.max(1, now - start);
        var stat = new RevisionStat(revision, average, arrived, queued, failed, p95());
        area = 0;
        arrived = 0;
        finished = 0;
        failed = 0;
        if (second != null) {
            Arrays.fill(second, 0);
        }
        return stat;
    }

    Totals totals() {
        return new Totals(
                list(classes),
                list(totals == null ? new long[BOUNDS.length + 1] : totals),
                totalSeconds,
                waits,
                waitedSeconds);
    }

    private static List<Long> list(long[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private void advance(long now) {
        if (concurrency > 0) {
            area += (double) concurrency * (now - since);
        }
        since = now;
    }

    private double p95() {
        if (second == null || finished == 0) {
            return 0;
        }
        int wanted = (int) Math.ceil(finished * 0.95);
        int seen = 0;
        for (int i = 0; i < second.length; i++) {
            seen += second[i];
            if (seen >= wanted) {
                return upper(i) / 1000;
            }
        }
        return upper(second.length - 1) / 1000;
    }

    static int step(long micros) {
        if (micros < STEPS) {
            return (int) Math.max(0, micros);
        }
        int scale = 63 - Long.numberOfLeadingZeros(micros);
        int quarter = (int) (micros >>> (scale - 2)) & (STEPS - 1);
        return Math.min(STEPS * SCALES - 1, (scale - 1) * STEPS + quarter);
    }

    /** Upper bound of a step, in microseconds. */
    static double upper(int step) {
        if (step < STEPS) {
            return step + 1;
        }
        int scale = step / STEPS + 1;
        int quarter = step % STEPS;
        return Math.scalb(1 + (quarter + 1) / 4.0, scale);
    }
}
