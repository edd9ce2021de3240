package dev.sluice.buses.codec;

import dev.sluice.buses.bus.EventMessage;
import dev.sluice.workflows.delivery.Parcel;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The event in a message of a bus elsewhere, which somebody else may have put there: what he may send of it is what the ingress takes. */
public final class Carried {
    private static final EventReader READER = new EventReader();
    private static final Pattern NAME = Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]+");

    /**
     * @param headers by their HTTP names, in any case
     * @throws BadEventException when the message does not hold one event
     */
    public static EventMessage event(Map<String, String> headers, byte[] body) throws BadEventException {
        var kept = new TreeMap<String, String>();
        headers.forEach((given, value) -> {
            var name = given.toLowerCase(Locale.ROOT);
            if (NAME.matcher(name).matches() && (EventReader.travels(name) || name.equals(Parcel.CLAIM))) {
                kept.put(name, name.startsWith("ce-") ? printable(value) : value);
            }
        });
        var type = kept.get("ce-type");
        var source = kept.get("ce-source");
        var id = kept.get("ce-id");
        // of one that is kept elsewhere the content type is that of its data
        if ((kept.containsKey(Parcel.CLAIM) || !EventReader.isStructured(kept))
                && kept.containsKey("ce-specversion")
                && type != null
                && source != null
                && id != null) {
            return new EventMessage(kept, body, type, source, id);
        }
        var events = READER.read(kept, body);
        if (events.size() != 1) {
            throw new BadEventException("a message holds one event, not " + events.size());
        }
        return events.getFirst();
    }

    /** Buses carry text; over HTTP an attribute is encoded, and what came from there is already. */
    private static String printable(String value) {
        return value.chars().allMatch(c -> c >= 0x20 && c < 0x7f) ? value : Extensions.encoded(value);
    }

    private Carried() {}
}
