package dev.sluice.model.autoscale;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What a revision was asked for, second by second, over one window. A second without a sample counts as zero, since gateways
 * say nothing of idle revisions; seconds before the first one do not count at all, so a young revision's average is not
 * diluted. Several gateways add up, and a sample may come late: a gateway that has found its control plane again tells the
 * last minute once more. Not for more than one thread.
 */
public final class Samples {
    /** For so long a second that nobody told of is unknown rather than idle: a report is a second old when it is made. */
    private static final long UNSETTLED_SECONDS = 2;

    /**
     * What is known, for another process to go on with.
     *
     * @param first the second that {@code values} begin with
     * @param told the newest second that was told of; null when none was
     * @param values one per second, up to the newest
     */
    public record Memory(long first, @Nullable Long told, List<Double> values) {
        public Memory {
            values = List.copyOf(values);
        }
    }

    private final double[] buckets;
    private long first = Long.MIN_VALUE;
    private long last;
    private long told = Long.MIN_VALUE;

    public Samples(Duration window) {
        this.buckets = new double[(int) Math.max(1, window.toSeconds())];
    }

    /** Goes on from a memory as if the time since, {@code gap}, had not been. */
    public static Samples remembering(Memory memory, Duration window, Duration gap) {
        var samples = new Samples(window);
        long second = memory.first() + gap.toSeconds();
        for (var value : memory.values()) {
            samples.count(second++, value);
        }
        if (memory.told() != null) {
            samples.told = memory.told() + gap.toSeconds();
        }
        return samples;
    }

    /** Empty before the first sample. */
    public Optional<Memory> memory() {
        if (!hasData()) {
            return Optional.empty();
        }
        long from = Math.max(first, last - buckets.length + 1);
        var values = LongStream.rangeClosed(from, last).mapToObj(this::at).toList();
        return Optional.of(new Memory(from, told == Long.MIN_VALUE ? null : told, values));
    }

    /** From now on seconds count, even when nothing comes: a pod is there and could be asked. */
    public void begin(Instant now) {
        count(now.getEpochSecond(), 0);
    }

    /** One gateway's number for the second that began at {@code at}. */
    public void add(Instant at, double value) {
        long second = at.getEpochSecond();
        count(second, value);
        told = Math.max(told, second);
    }

    private void count(long second, double value) {
        if (first == Long.MIN_VALUE) {
            first = second;
            last = second;
        }
        if (second <= last - buckets.length) {
            return; // fell out of the window
        }
        first = Math.min(first, second); // what lies between was never written, and is zero
        forward(second);
        buckets[index(second)] += value;
    }

    /** The same history over another window. */
    public Samples over(Duration window) {
        return memory().map(memory -> remembering(memory, window, Duration.ZERO))
                .orElseGet(() -> new Samples(window));
    }

    public boolean hasData() {
        return first != Long.MIN_VALUE;
    }

    /**
     * The average over the last {@code window} full seconds before now, or over the time since the first sample if shorter.
     * The newest seconds do not count until they have been told of or are too old for that, so a steady load has a steady average.
     */
    public double average(Instant now, Duration window, ScalingSpec.Aggregation aggregation) {
        if (!hasData()) {
            return 0;
        }
        long full = now.getEpochSecond() - 1;
        long newest = Math.max(first, told >= full - UNSETTLED_SECONDS ? Math.min(told, full) : full);
        forward(newest);
        long span = Math.min(Math.min(buckets.length, Math.max(1, window.toSeconds())), newest - first + 1);
        double value = switch (aggregation) {
            case LINEAR -> linear(newest, span);
            case WEIGHTED_EXPONENTIAL -> weighted(newest, span, Math.max(1, window.toSeconds()));
        };
        return Math.round(value * 1e6) / 1e6;
    }

    private double linear(long newest, long span) {
        double sum = 0;
        for (long second = newest - span + 1; second <= newest; second++) {
            sum += at(second);
        }
        return sum / span;
    }

    /** Upstream's coefficient; a window that is not full yet is not taken for an idle one. */
    private double weighted(long newest, long span, long window) {
        double coefficient = Math.max(0.2, 1 - Math.pow(1 - 0.9999, 1.0 / window));
        double weight = coefficient;
        double sum = 0;
        double weights = 0;
        for (long second = newest; second > newest - span; second--) {
            sum += at(second) * weight;
            weights += weight;
            weight *= 1 - coefficient;
        }
        return sum / weights;
    }

    private double at(long second) {
        return second > last || second <= last - buckets.length ? 0 : buckets[index(second)];
    }

    private void forward(long second) {
        long from = Math.max(last + 1, second - buckets.length + 1);
        for (long s = from; s <= second; s++) {
            buckets[index(s)] = 0;
        }
        last = Math.max(last, second);
    }

    private int index(long second) {
        return (int) Math.floorMod(second, (long) buckets.length);
    }
}
