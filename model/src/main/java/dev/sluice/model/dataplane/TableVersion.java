package dev.sluice.model.dataplane;

import java.util.Comparator;

/** Orders route tables: a new leader starts a new epoch, each of its tables takes the next sequence number. */
public record TableVersion(long epoch, long sequence) implements Comparable<TableVersion> {
    private static final Comparator<TableVersion> ORDER =
            Comparator.comparingLong(TableVersion::epoch).thenComparingLong(TableVersion::sequence);

    @Override
    public int compareTo(TableVersion other) {
        return ORDER.compare(this, other);
    }
}
