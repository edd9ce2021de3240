package dev.sluice.workflows.delivery;

import java.util.ArrayList;
import java.util.List;

/**
 * An event that is handed over.
 *
 * @param tried the inline attempt; empty when it was withheld because the subscriber was known to be down
 */
public record Undelivered(Parcel parcel, List<Tried> tried) {
    public Undelivered {
        tried = new ArrayList<>(tried);
    }
}
