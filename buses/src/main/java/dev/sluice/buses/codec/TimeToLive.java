package dev.sluice.buses.codec;

import dev.sluice.buses.bus.EventMessage;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * How often an event may still come back to a Broker, so that a Trigger whose subscriber answers with what the Trigger wants does not
 * run for ever. It travels beside the event, in the header of the extension that Knative uses, in structured mode too; subscribers do
 * not see it.
 */
public final class TimeToLive {
    public static final String HEADER = "ce-knativebrokerttl";
    static final String EXTENSION = "knativebrokerttl";
    /** Of an event that comes to a Broker for the first time. */
    public static final int FIRST = 255;

    /** What an event has left when it comes to a Broker; empty when it has come too often. */
    public static OptionalInt atBroker(EventMessage message) {
        var header = message.headers().get(HEADER);
        var text = header != null || !Attributes.structured(message)
                ? header
                : Attributes.of(message).get(EXTENSION);
        if (text == null) {
            return OptionalInt.of(FIRST);
        }
        try {
            int left = Math.min(Integer.parseInt(text.strip()), FIRST + 1) - 1;
            return left > 0 ? OptionalInt.of(left) : OptionalInt.empty();
        } catch (NumberFormatException _) {
            return OptionalInt.of(FIRST);
        }
    }

    public static EventMessage with(EventMessage message, int left) {
        var headers = new TreeMap<>(message.headers());
        headers.put(HEADER, Integer.toString(left));
        return new EventMessage(headers, message.body(), message.type(), message.source(), message.id());
    }

    public static EventMessage without(EventMessage message) {
        if (!message.headers().containsKey(HEADER)) {
            return message;
        }
        var headers = new TreeMap<>(message.headers());
        headers.remove(HEADER);
        return new EventMessage(headers, message.body(), message.type(), message.source(), message.id());
    }

    private TimeToLive() {}
}
