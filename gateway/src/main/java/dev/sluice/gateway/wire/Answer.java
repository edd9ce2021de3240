package dev.sluice.gateway.wire;

import java.util.Map;

/** An answer of the gateway's own. The texts are Knative's where it has one (spec/serving.md sections 3.2 and 3.4). */
public record Answer(int status, String reason, String text, Map<String, String> fields) {
    public static final Answer REQUEST_TIMEOUT = new Answer(504, "Gateway Timeout", "request timeout");
    public static final Answer ACTIVATION_TIMEOUT = new Answer(504, "Gateway Timeout", "activator request timeout");
    public static final Answer QUEUE_FULL =
            new Answer(503, "Service Unavailable", "pending request queue full", Map.of("Retry-After", "1"));
    public static final Answer NO_ROUTE = new Answer(404, "Not Found", "no route for this host");
    public static final Answer NO_TUNNEL = new Answer(405, "Method Not Allowed", "CONNECT is not served");

    public Answer(int status, String reason, String text) {
        this(status, reason, text, Map.of());
    }

    /** To the same place, for good. */
    public static Answer redirected(String location) {
        return new Answer(301, "Moved Permanently", "", Map.of("Location", location));
    }

    public static Answer badGateway(String text) {
        return new Answer(502, "Bad Gateway", text);
    }

    public static Answer refused(int status, String text) {
        var reason = switch (status) {
            case 417 -> "Expectation Failed";
            case 431 -> "Request Header Fields Too Large";
            case 501 -> "Not Implemented";
            case 505 -> "HTTP Version Not Supported";
            default -> "Bad Request";
        };
        return new Answer(status, reason, text);
    }
}
