package dev.sluice.buses.address;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** What a Destination leads to. */
public sealed interface Resolved {
    /** @param caCerts PEM, or null */
    record At(URI uri, @Nullable String caCerts, @Nullable String audience) implements Resolved {}

    /** @param why for people; the object may come, or get its address, later */
    record Nowhere(String why) implements Resolved {}
}
