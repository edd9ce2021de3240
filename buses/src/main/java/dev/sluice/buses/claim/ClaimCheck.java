package dev.sluice.buses.claim;

import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.codec.Attributes;
import dev.sluice.buses.codec.Extensions;
import dev.sluice.workflows.delivery.Parcel;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What travels in place of a big event: its attributes in binary mode, whatever mode it came in, so that filters and buses see them, and
 * the claim.
 */
final class ClaimCheck {
    static EventMessage of(EventMessage event, String claim) {
        var attributes = Attributes.of(event);
        var headers = new TreeMap<String, String>();
        for (var name : attributes.names()) {
            var value = attributes.get(name);
            if (value != null) {
                headers.put(
                        name.equals("datacontenttype") ? "content-type" : "ce-" + name,
                        name.equals("datacontenttype") ? value : Extensions.encoded(value));
            }
        }
        headers.put(Parcel.CLAIM, claim);
        return new EventMessage(headers, new byte[0], event.type(), event.source(), event.id());
    }

    static Optional<String> claim(EventMessage event) {
        return Optional.ofNullable(event.headers().get(Parcel.CLAIM));
    }

    private ClaimCheck() {}
}
