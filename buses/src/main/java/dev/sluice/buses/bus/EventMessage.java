package dev.sluice.buses.bus;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * One event as it came: the headers that travel with it and its body, untouched, so it leaves in the version and mode it
 * arrived in. Immutable; the body array belongs to it.
 */
public final class EventMessage {
    private final Map<String, String> headers;
    private final byte[] body;
    private final String type;
    private final String source;
    private final String id;

    /** @param headers by lower-case name */
    public EventMessage(Map<String, String> headers, byte[] body, String type, String source, String id) {
        this.headers = Collections.unmodifiableMap(new TreeMap<>(headers));
        this.body = body;
        this.type = type;
        this.source = source;
        this.id = id;
    }

    public Map<String, String> headers() {
        return headers;
    }

    /** Not to be changed. */
    public byte[] body() {
        return body;
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
        int size = 64 + body.length + 2 * (type.length() + source.length() + id.length());
        for (var header : headers.entrySet()) {
            size += 32 + header.getKey().length() + header.getValue().length();
        }
        return size;
    }
}
