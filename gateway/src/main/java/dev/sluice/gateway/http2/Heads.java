package dev.sluice.gateway.http2;

import dev.sluice.gateway.trace.IncomingRequest;
import dev.sluice.gateway.trace.RequestTrace;
import dev.sluice.gateway.wire.ForwardedFor;
import dev.sluice.gateway.wire.HostName;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Heads and trailers on their way between the versions of HTTP, less what ends at this hop. */
final class Heads {
    static final int MOST_BYTES = 64 * 1024;

    private static final String FORWARDED_FOR = "x-forwarded-for";
    private static final String FORWARDED_PROTO = "x-forwarded-proto";
    private static final String FORWARDED_HOST = "x-forwarded-host";
    private static final String FORWARDED = "forwarded";
    private static final String TRACEPARENT = "traceparent";
    private static final String TRACESTATE = "tracestate";
    private static final String QUEUE_TIME = "sluice-queue-time";

    private static final List<String> OURS = List.of(
            "knative-serving-tag",
            "knative-serving-default-route",
            "knative-serving-revision",
            "knative-serving-namespace",
            "k-network-probe",
            "k-network-hash",
            "k-proxy-request",
            "k-original-host",
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
    static void toPod(Http2Headers head, InetAddress client, boolean tls) {
        OURS.forEach(head::remove);
        var host = text(head.authority() == null ? head.get("host") : head.authority());
        if (head.authority() == null) {
            head.authority(host);
        }
        head.remove("host");
        var chain = joined(head, FORWARDED_FOR);
        var peer = client.getHostAddress();
        var forwardedFor = chain.isEmpty() ? peer : chain + ", " + peer;
        head.set(FORWARDED_FOR, forwardedFor);
        if (!head.contains(FORWARDED_PROTO)) {
            head.set(FORWARDED_PROTO, tls ? "https" : "http");
        }
        if (!head.contains(FORWARDED_HOST)) {
            head.set(FORWARDED_HOST, host);
        }
        if (!head.contains(FORWARDED)) {
            head.set(
                    FORWARDED,
                    ForwardedFor.forwarded(
                            forwardedFor, text(head.get(FORWARDED_PROTO)), text(head.get(FORWARDED_HOST))));
        }
        head.scheme("http");
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
        head.remove("k-network-hash");
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

    private static String joined(Http2Headers head, String name) {
        return String.join(", ", head.getAll(name));
    }
}
