package dev.sluice.buses.bus;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One event as it came: the headers that travel with it and its body, untouched, so it leaves in the version and mode it
 * arrived in. Immutable; the body array belongs to it. The body of a big one is kept elsewhere, and read whenever it is asked for.
 */
public final class EventMessage {
    private final Map<String, String> headers;
    private final Supplier<byte[]> body;
    private final int length;
    private final @Nullable EventMessage reference;
    private final String type;
    private final String source;
    private final String id;

    /** @param headers by lower-case name */
    public EventMessage(Map<String, String> headers, byte[] body, String type, String source, String id) {
        this(headers, () -> body, body.length, null, type, source, id);
    }

    private EventMessage(
            Map<String, String> headers,
            Supplier<byte[]> body,
            int length,
            @Nullable EventMessage reference,
            String type,
            String source,
            String id) {
        this.headers = Collections.unmodifiableMap(new TreeMap<>(headers));
        this.body = body;
        this.length = length;
        this.reference = reference;
        this.type = type;
        this.source = source;
        this.id = id;
    }

    /**
     * The event that a reference stands for.
     *
     * @param reference what buses and histories carry: its attributes, and no body
     * @param body throws {@link java.io.UncheckedIOException} while it cannot be read
     */
    public static EventMessage keptElsewhere(
            EventMessage reference, Map<String, String> headers, int length, Supplier<byte[]> body) {
        return new EventMessage(headers, body, length, reference, reference.type(), reference.source(), reference.id());
    }

    public Map<String, String> headers() {
        return headers;
    }

    /** Not to be changed. */
    public byte[] body() {
        return body.get();
    }

    /** Of the body, in bytes. */
    public int length() {
        return length;
    }

    /** Whether every {@link #body} is a read from a disk. */
    public boolean isKeptElsewhere() {
        return reference != null;
    }

    /** What stands for it where it is kept elsewhere, in binary mode; else the event itself. */
    public EventMessage reference() {
        return reference == null ? this : reference;
    }

    public String type() {
        return type;
    }

    public String source() {
        return source;
    }

    /** Chosen by the producer; never an identity for Sluice. */
    public String id() {
        return id;
    }

    /** Roughly what it takes in memory and on disk. */
    public int size() {
        int size = 64 + length + 2 * (type.length() + source.length() + id.length());
        for (var header : headers.entrySet()) {
            size += 32 + header.getKey().length() + header.getValue().length();
        }
        return size;
    }
}
