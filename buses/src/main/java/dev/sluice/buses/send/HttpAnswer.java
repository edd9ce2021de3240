package dev.sluice.buses.send;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** An HTTP response read to its end. Immutable; the body array belongs to it. */
final class HttpAnswer {
    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;

    HttpAnswer(int status, Map<String, String> headers, byte[] body) {
        this.status = status;
        this.headers = Collections.unmodifiableMap(new TreeMap<>(headers));
        this.body = body;
    }

    int status() {
        return status;
    }

    /** By lower-case name. */
    Map<String, String> headers() {
        return headers;
    }

    byte[] body() {
        return body;
    }
}
