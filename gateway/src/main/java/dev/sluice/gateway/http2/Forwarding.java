package dev.sluice.gateway.http2;

import dev.sluice.gateway.wire.ForwardedFor;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;

/** Tells pods for whom requests of one client's connection are forwarded: most of them get the same fields. */
final class Forwarding {
    private static final AsciiString FOR = AsciiString.cached("x-forwarded-for");
    private static final AsciiString PROTO = AsciiString.cached("x-forwarded-proto");
    private static final AsciiString HOST = AsciiString.cached("x-forwarded-host");
    private static final AsciiString FORWARDED = AsciiString.cached("forwarded");

    private final AsciiString peer;
    private final AsciiString proto;
    private AsciiString host = AsciiString.EMPTY_STRING;
    private AsciiString forwarded = AsciiString.EMPTY_STRING;

    Forwarding(Origin origin) {
        this.peer = AsciiString.of(origin.client().getHostAddress());
        this.proto = AsciiString.cached(origin.tls() ? "https" : "http");
    }

    /** Adds the fields to a head; what somebody before has said stays, and its chain grows by the client. */
    void tell(Http2Headers head, CharSequence asked) {
        if (head.contains(FOR) || head.contains(PROTO) || head.contains(HOST) || head.contains(FORWARDED)) {
            append(head, asked);
            return;
        }
        if (!host.contentEquals(asked)) {
            host = AsciiString.of(asked);
            forwarded = AsciiString.of(ForwardedFor.forwarded(peer.toString(), proto.toString(), asked.toString()));
        }
        head.set(FOR, peer);
        head.set(PROTO, proto);
        head.set(HOST, host);
        head.set(FORWARDED, forwarded);
    }

    private void append(Http2Headers head, CharSequence asked) {
        var chain = String.join(", ", head.getAll(FOR));
        var all = chain.isEmpty() ? peer.toString() : chain + ", " + peer;
        head.set(FOR, all);
        if (!head.contains(PROTO)) {
            head.set(PROTO, proto);
        }
        if (!head.contains(HOST)) {
            head.set(HOST, asked);
        }
        if (!head.contains(FORWARDED)) {
            var said = ForwardedFor.forwarded(all, Heads.text(head.get(PROTO)), Heads.text(head.get(HOST)));
            head.set(FORWARDED, said);
        }
    }
}
