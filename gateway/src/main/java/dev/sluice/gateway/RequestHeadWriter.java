package dev.sluice.gateway;

import dev.sluice.gateway.trace.RequestTrace;
import dev.sluice.gateway.wire.Ascii;
import dev.sluice.gateway.wire.Field;
import dev.sluice.gateway.wire.ForwardedFor;
import dev.sluice.gateway.wire.Head;
import dev.sluice.gateway.wire.OutputBuffer;
import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts together the head a pod gets: what the client sent, less what ends at this hop, plus who it was forwarded for
 * ({@code X-Forwarded-*}, {@code Forwarded}). One per client connection; remembers the added part per host.
 */
final class RequestHeadWriter {
    private static final byte[] VERSION = Ascii.bytes(" HTTP/1.1\r\n");
    private static final byte[] END_OF_LINE = Ascii.bytes("\r\n");
    private static final byte[] SEPARATOR = Ascii.bytes(": ");
    private static final byte[] CHUNKED = Ascii.bytes("Transfer-Encoding: chunked\r\n");
    private static final byte[] TRAILERS = Ascii.bytes("TE: trailers\r\n");
    private static final byte[] UPGRADE = Ascii.bytes("Connection: Upgrade\r\n");
    private static final byte[] H2C = Ascii.bytes("h2c");
    private static final byte[] TRACEPARENT = Ascii.bytes("traceparent: ");
    private static final byte[] HOST = Ascii.bytes("Host: ");

    private final String client;
    private final String proto;
    private byte[] rememberedHost = new byte[0];
    private byte[] rememberedBlock = new byte[0];

    RequestHeadWriter(InetAddress client, boolean tls) {
        this.proto = tls ? "https" : "http";
        this.client = client.getHostAddress();
    }

    /**
     * Writes the head.
     *
     * @param pathStart where the target's path starts: behind the authority of an absolute one
     * @param trace whose context goes on instead of the client's; it stands last, see {@link #trace}
     * @return whether the head asks for another protocol
     */
    boolean write(Head head, byte[] host, int pathStart, @Nullable RequestTrace trace, OutputBuffer out) {
        byte[] bytes = head.bytes();
        boolean absolute = pathStart > head.targetStart();
        out.clear().put(bytes, head.methodStart(), head.methodEnd() + 1);
        if (absolute && (pathStart == head.targetEnd() || bytes[pathStart] != '/')) {
            out.put("/");
        }
        out.put(bytes, pathStart, head.targetEnd()).put(VERSION);
        if (absolute) {
            out.put(HOST).put(host).put(END_OF_LINE);
        }
        boolean upgrade = head.upgrade() && !asksForH2c(head);
        boolean forwarded = false;
        for (int i = 0; i < head.count(); i++) {
            switch (head.field(i)) {
                case OTHER -> {
                    if (!head.nominated(i)) {
                        line(head, i, out);
                    }
                }
                case CONTENT_LENGTH -> {
                    if (head.find(Field.CONTENT_LENGTH) == i) {
                        line(head, i, out);
                    }
                }
                case HOST -> {
                    if (!absolute) {
                        line(head, i, out);
                    }
                }
                case UPGRADE -> {
                    if (upgrade) {
                        line(head, i, out);
                    }
                }
                case TRACEPARENT -> {
                    if (trace == null) {
                        line(head, i, out);
                    }
                }
                case TRACESTATE -> {
                    if (trace == null || !trace.root()) {
                        line(head, i, out);
                    }
                }
                case EXPECT, IDEMPOTENCY_KEY -> line(head, i, out);
                case X_FORWARDED_FOR, X_FORWARDED_PROTO, X_FORWARDED_HOST, FORWARDED -> forwarded = true;
                case CONNECTION,
                        KEEP_ALIVE,
                        PROXY_CONNECTION,
                        TRANSFER_ENCODING,
                        TE,
                        HTTP2_SETTINGS,
                        SERVING_TAG,
                        SERVING_DEFAULT_ROUTE,
                        SERVING_REVISION,
                        SERVING_NAMESPACE,
                        NETWORK_PROBE,
                        NETWORK_HASH,
                        PROXY_REQUEST,
                        ORIGINAL_HOST,
                        QUEUE_TIME -> {
                    // end at this hop
                }
            }
        }
        if (head.chunked()) {
            out.put(CHUNKED);
        }
        if (head.trailersWanted()) {
            out.put(TRAILERS);
        }
        if (upgrade) {
            out.put(UPGRADE);
        }
        if (forwarded) {
            out.put(block(head, host));
        } else {
            if (!Arrays.equals(rememberedHost, host)) {
                rememberedBlock = block(head, host);
                rememberedHost = host;
            }
            out.put(rememberedBlock);
        }
        if (trace != null) {
            out.put(TRACEPARENT).put(trace.traceparent()).put(END_OF_LINE);
        }
        out.put(END_OF_LINE);
        return upgrade;
    }

    /** Makes a head that was written with this trace name the span that is the pod's parent now. */
    static void trace(RequestTrace trace, OutputBuffer head) {
        var context = trace.traceparent();
        head.replace(head.length() - 2 * END_OF_LINE.length - context.length(), context);
    }

    private static void line(Head head, int i, OutputBuffer out) {
        out.put(head.bytes(), head.nameStart(i), head.nameEnd(i))
                .put(SEPARATOR)
                .put(head.bytes(), head.valueStart(i), head.valueEnd(i))
                .put(END_OF_LINE);
    }

    private byte[] block(Head head, byte[] host) {
        var forwardedFor = ForwardedFor.join(head, client);
        var scheme = first(head, Field.X_FORWARDED_PROTO, proto);
        var forwardedHost = first(head, Field.X_FORWARDED_HOST, Ascii.text(host, 0, host.length));
        var forwarded = head.has(Field.FORWARDED)
                ? ForwardedFor.all(head, Field.FORWARDED)
                : ForwardedFor.forwarded(forwardedFor, scheme, forwardedHost);
        return Ascii.bytes("X-Forwarded-For: " + forwardedFor + "\r\nX-Forwarded-Proto: " + scheme
                + "\r\nX-Forwarded-Host: " + forwardedHost + "\r\nForwarded: " + forwarded + "\r\n");
    }

    private static String first(Head head, Field field, String otherwise) {
        return head.has(field) ? ForwardedFor.all(head, field) : otherwise;
    }

    private static boolean asksForH2c(Head head) {
        int i = head.find(Field.UPGRADE);
        return Ascii.equalsIgnoreCase(H2C, head.bytes(), head.valueStart(i), head.valueEnd(i));
    }
}
