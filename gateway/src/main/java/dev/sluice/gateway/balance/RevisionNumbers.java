package dev.sluice.gateway.balance;

import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionSettings;
import dev.sluice.model.dataplane.RevisionStat;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What is counted about one revision: the current second, and the totals for metrics. Guarded by the gate's monitor. */
public final class RevisionNumbers {
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

    /** Of pods and of the gateway itself, from the coming of their requests. */
    private final Answers all = new Answers();
    /** Of pods, from the going of their requests. */
    private final Answers ofPods = new Answers();

    private long waits;
    private double waitedSeconds;

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

    /** A pod has answered. */
    void answered(int status, long waited, long atPod) {
        ofPods.add(status, atPod);
        all.add(status, waited + atPod);
        finish(status, atPod);
    }

    /** The gateway has answered without a pod. */
    void answeredHere(int status, long waited) {
        all.add(status, waited);
        finish(status, waited);
    }

    private void finish(int status, long nanos) {
        finished++;
        if (status / 100 == 5) {
            failed++;
        }
        if (second == null) {
            second = new int[STEPS * SCALES];
        }
        second[step(nanos / 1000)]++;
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

    GateSnapshot snapshot(RevisionId revision, RevisionSettings.Owners owners, int queued, int openPods) {
        return new GateSnapshot(
                revision,
                owners,
                all.totals(),
                ofPods.totals(),
                waits,
                waitedSeconds,
                concurrency - queued,
                queued,
                openPods);
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
