package dev.sluice.gateway.http2;

import dev.sluice.gateway.trace.IncomingRequest;
import dev.sluice.gateway.trace.RequestTrace;
import dev.sluice.gateway.wire.HostName;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Heads and trailers on their way between the versions of HTTP, less what ends at this hop. */
final class Heads {
    static final int MOST_BYTES = 64 * 1024;

    static final AsciiString TAG = AsciiString.cached("knative-serving-tag");
    static final AsciiString PROBE = AsciiString.cached("k-network-probe");
    private static final AsciiString HOST = AsciiString.cached("host");
    private static final AsciiString HTTP = AsciiString.cached("http");
    private static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
    private static final AsciiString TRACESTATE = AsciiString.cached("tracestate");
    private static final AsciiString QUEUE_TIME = AsciiString.cached("sluice-queue-time");

    private static final AsciiString NETWORK_HASH = AsciiString.cached("k-network-hash");

    /** Netty's own strings know their hash: these are looked for in every head. */
    private static final List<AsciiString> OURS = List.of(
            TAG,
            AsciiString.cached("knative-serving-default-route"),
            AsciiString.cached("knative-serving-revision"),
            AsciiString.cached("knative-serving-namespace"),
            PROBE,
            NETWORK_HASH,
            AsciiString.cached("k-proxy-request"),
            AsciiString.cached("k-original-host"),
            QUEUE_TIME);

    private static final Set<String> OF_THE_CONNECTION = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "transfer-encoding",
            "upgrade",
            "host",
            "http2-settings",
            "te");

    private Heads() {}

    /** Makes a client's head the one that a pod gets. */
    static void toPod(Http2Headers head, Forwarding forwarding) {
        for (var name : OURS) {
            head.remove(name);
        }
        var host = head.authority() == null ? text(head.get(HOST)) : head.authority();
        if (head.authority() == null) {
            head.authority(host);
        }
        head.remove(HOST);
        forwarding.tell(head, host);
        head.scheme(HTTP);
    }

    /** The client's context of a trace, and what it asks for. */
    static IncomingRequest traced(Http2Headers head, Origin origin) {
        var parents = head.getAll(TRACEPARENT);
        return new IncomingRequest(
                text(head.method()),
                text(head.path()),
                HostName.of(text(head.authority() == null ? head.get("host") : head.authority())),
                origin.tls() ? "https" : "http",
                origin.client().getHostAddress(),
                "2",
                parents.size() == 1 ? parents.getFirst().toString() : null,
                head.contains(TRACESTATE) ? joined(head, TRACESTATE) : null);
    }

    /** Makes the pod a child of the span that waits for it. */
    static void trace(Http2Headers head, RequestTrace trace) {
        head.set(TRACEPARENT, trace.traceparent());
        if (trace.root()) {
            head.remove(TRACESTATE);
        }
    }

    /** Makes a pod's head the one that a client gets. */
    static void toClient(Http2Headers head, long waitedNanos) {
        head.remove(NETWORK_HASH);
        head.remove(QUEUE_TIME);
        if (waitedNanos > 0) {
            head.set(QUEUE_TIME, String.format(Locale.ROOT, "%.3f", waitedNanos / 1e6));
        }
    }

    /** Copies the fields of an HTTP/1.1 message, less those of its connection. */
    static Http2Headers fromHttp1(HttpHeaders fields) {
        var head = new DefaultHttp2Headers(false, fields.size() + 4);
        for (Map.Entry<String, String> field : fields) {
            var name = field.getKey().toLowerCase(Locale.ROOT);
            if (!OF_THE_CONNECTION.contains(name)) {
                head.add(name, field.getValue());
            }
        }
        return head;
    }

    /** Copies the fields of an HTTP/2 message; crumbs of a cookie become one. */
    static void toHttp1(Http2Headers head, HttpHeaders fields) {
        for (Map.Entry<CharSequence, CharSequence> field : head) {
            var name = field.getKey();
            if (name.isEmpty() || name.charAt(0) == ':' || OF_THE_CONNECTION.contains(name.toString())) {
                continue;
            }
            if ("cookie".contentEquals(name) && fields.contains(name)) {
                fields.set(name, fields.get(name) + "; " + field.getValue());
            } else {
                fields.add(name, field.getValue());
            }
        }
    }

    /** Copies trailers, less what may not stand in one. */
    static void toTrailer(Http2Headers trailers, HttpHeaders fields) {
        trailers.remove("content-length");
        trailers.remove("trailer");
        toHttp1(trailers, fields);
    }

    static String text(@Nullable CharSequence value) {
        return value == null ? "" : value.toString();
    }

    static int status(Http2Headers head) {
        var status = head.status();
        if (status == null || status.length() != 3) {
            return 0;
        }
        try {
            return Integer.parseInt(status, 0, 3, 10);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    private static String joined(Http2Headers head, CharSequence name) {
        return String.join(", ", head.getAll(name));
    }
}
