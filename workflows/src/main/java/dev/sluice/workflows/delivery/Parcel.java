package dev.sluice.workflows.delivery;

import java.util.Map;
import java.util.TreeMap;

/**
 * One event as it is stored in a history.
 *
 * @param stamp its identity: given at the ingress, never the producer's {@code id}
 * @param headers by lower-case name
 * @param body base64; empty when the header {@link #CLAIM} says that the event is kept elsewhere
 */
public record Parcel(String stamp, String type, String source, String id, Map<String, String> headers, String body) {
    /** Names what keeps a big event that is not carried itself. */
    public static final String CLAIM = "sluice-claim";

    public Parcel {
        headers = new TreeMap<>(headers);
    }
}
