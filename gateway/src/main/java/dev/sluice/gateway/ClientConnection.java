package dev.sluice.gateway;

import dev.sluice.gateway.Routes.Rule;
import dev.sluice.gateway.balance.Destination;
import dev.sluice.gateway.http2.Http2;
import dev.sluice.gateway.http2.Origin;
import dev.sluice.gateway.tls.TlsChannel;
import dev.sluice.gateway.tls.TlsContext;
import dev.sluice.gateway.trace.IncomingRequest;
import dev.sluice.gateway.trace.RequestTrace;
import dev.sluice.gateway.wire.Answer;
import dev.sluice.gateway.wire.Ascii;
import dev.sluice.gateway.wire.ClientChannel;
import dev.sluice.gateway.wire.Field;
import dev.sluice.gateway.wire.ForwardedFor;
import dev.sluice.gateway.wire.Head;
import dev.sluice.gateway.wire.HeadParser;
import dev.sluice.gateway.wire.HttpFault;
import dev.sluice.gateway.wire.InputBuffer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client's connection: reads requests one after the other and routes each by its host. Runs on its own virtual thread. */
final class ClientConnection implements Runnable {
    private enum Phase {
        IDLE,
        READING_HEAD,
        BUSY,
        LINGERING
    }

    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);
    private static final byte[] HTTP2 = Ascii.bytes("PRI * HTTP/2.0\r\n\r\n");
    private static final byte[] CONNECT = Ascii.bytes("CONNECT");
    private static final int HTTPS = 443;
    private static final long LINGER = Duration.ofSeconds(1).toNanos();

    private final ClientChannel channel;
    private final DataPlane plane;
    private final ClientInput input;
    private final HeadParser parser = new HeadParser();
    private final Head head = new Head();
    private final Origin origin;
    private final boolean inner;
    private volatile Http2.@Nullable Session session;
    /** Made for the first request: a connection that never asks for anything costs next to nothing. */
    private volatile @Nullable Exchange exchange;

    private volatile Phase phase = Phase.IDLE;
    private volatile long phaseDeadline;
    private boolean ending;

    private final RequestedHost host = new RequestedHost();

    ClientConnection(ClientChannel channel, DataPlane plane) throws IOException {
        this(
                channel,
                plane,
                new Origin(
                        ((InetSocketAddress) channel.socket().getRemoteAddress()).getAddress(),
                        channel instanceof TlsChannel),
                false);
    }

    /** A connection that the gateway made to itself, on behalf of a client that speaks something else. */
    static ClientConnection inner(SocketChannel channel, DataPlane plane, Origin origin) {
        return new ClientConnection(ClientChannel.plain(channel), plane, origin, true);
    }

    private ClientConnection(ClientChannel channel, DataPlane plane, Origin origin, boolean inner) {
        this.channel = channel;
        this.plane = plane;
        this.origin = origin;
        this.inner = inner;
        this.input = new ClientInput(channel, plane.config().maxHeadBytes());
        this.phaseDeadline = System.nanoTime() + plane.config().headTimeout().toNanos();
    }

    /** Runs on a virtual thread of its own until the connection ends, then {@code after}. */
    void start(Set<ClientConnection> connections, Runnable after) {
        connections.add(this);
        Thread.ofVirtual().name("gateway-client").start(() -> {
            try {
                run();
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("a connection was dropped for a fault of the gateway");
                close();
            } finally {
                connections.remove(this);
                after.run();
            }
        });
    }

    @Override
    public void run() {
        try (channel) {
            try {
                serve();
            } catch (Fault.UpstreamFailed _) {
                if (exchange().endedByClose()) {
                    reset(); // before the socket is closed, which would look like the end of the answer
                }
            }
        } catch (IOException _) {
            // the client has gone, or was too slow, or the gateway closes: there is nobody to tell
        }
    }

    private void serve() throws IOException {
        if (channel instanceof TlsChannel tls) {
            tls.handshake();
            if (tls.protocol().equals(TlsContext.HTTP2)) {
                handOver(tls.unread(), tls.engine());
                return;
            }
        }
        while (readHead() && handle()) {
            phaseDeadline = System.nanoTime() + plane.config().keepAlive().toNanos();
            phase = Phase.IDLE;
            if (plane.draining()) {
                break;
            }
        }
        var last = exchange;
        if (last != null && last.unread()) {
            linger();
        } else {
            phaseDeadline = System.nanoTime() + LINGER;
            phase = Phase.LINGERING;
            channel.farewell();
        }
    }

    /** Called every few milliseconds by the gateway's clock. */
    void sweep(long now) {
        switch (phase) {
            case BUSY -> {
                var current = exchange;
                if (current != null) {
                    current.guard().sweep(now);
                }
            }
            case IDLE, READING_HEAD, LINGERING -> {
                if (now - phaseDeadline > 0) {
                    close();
                }
            }
        }
    }

    /** Whether the gateway made it to itself: no client counts it. */
    boolean inner() {
        return inner;
    }

    /** Closes it unless a request is under way. One that the gateway made ends with the client's. */
    void closeIfIdle() {
        if (inner) {
            return; // idle as it looks, a request may have been written to it already
        }
        var http2 = session;
        if (http2 != null) {
            if (!ending) {
                ending = true;
                http2.drain();
            }
        } else if (phase == Phase.IDLE) {
            close();
        }
    }

    void close() {
        var http2 = session;
        if (http2 != null) {
            http2.close();
            return;
        }
        try {
            channel.close();
        } catch (IOException _) {
            // it is gone either way
        }
    }

    private boolean readHead() throws IOException {
        var buffer = input.buffer();
        try {
            while (true) {
                HeadParser.skipBlankLines(buffer);
                int length = buffer.available() == 0 ? 0 : parser.complete(buffer);
                if (length == HTTP2.length && isHttp2(buffer)) {
                    handOver(Arrays.copyOfRange(buffer.bytes(), buffer.position(), buffer.limit()), null);
                    return false;
                }
                if (length > 0) {
                    phase = Phase.BUSY;
                    parser.request(buffer, length, head);
                    return true;
                }
                if (buffer.available() > 0 && phase == Phase.IDLE) {
                    phaseDeadline =
                            System.nanoTime() + plane.config().headTimeout().toNanos();
                    phase = Phase.READING_HEAD;
                }
                if (input.more() < 0) {
                    return false;
                }
            }
        } catch (HttpFault e) {
            refuse(e);
            return false;
        }
    }

    /** Whether what stands for a head is the first half of HTTP/2's preface, with nothing before it. */
    private boolean isHttp2(InputBuffer buffer) {
        int at = buffer.position();
        return !inner
                && !origin.tls() // there it is agreed on beforehand
                && exchange == null
                && Arrays.equals(buffer.bytes(), at, at + HTTP2.length, HTTP2, 0, HTTP2.length);
    }

    private void handOver(byte[] read, @Nullable SSLEngine tls) throws IOException {
        phase = Phase.BUSY;
        var http2 = plane.http2().serve(channel.socket(), read, origin, tls);
        session = http2;
        try {
            http2.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            http2.close();
        }
    }

    private boolean handle() throws IOException {
        try {
            host.find(head, plane.routes());
        } catch (HttpFault e) {
            refuse(e);
            return false;
        }
        var found = host.rule();
        if (head.has(Field.NETWORK_PROBE)) {
            return answer(NetworkProbe.answer(head, found, plane.routes().version()));
        }
        if (found == null) {
            plane.unrouted();
            return answer(head.methodIs(CONNECT) ? Answer.NO_TUNNEL : Answer.NO_ROUTE);
        }
        if (head.methodIs(CONNECT)) {
            return answer(Answer.NO_TUNNEL);
        }
        if (found.redirects() && !secure()) {
            return answer(Answer.redirected(location()));
        }
        var drawn = origin.chosen();
        var destination = drawn == null ? choose(found) : drawn;
        var current = exchange();
        current.prepare(head, host.bytes(), host.pathStart(), trace());
        return current.run(destination);
    }

    private @Nullable RequestTrace trace() {
        var tracer = plane.tracing().tracer();
        if (tracer == null) {
            return null;
        }
        int parent = head.find(Field.TRACEPARENT);
        boolean one = parent >= 0 && ForwardedFor.all(head, Field.TRACEPARENT).equals(head.value(parent));
        return tracer.begin(new IncomingRequest(
                Ascii.text(head.bytes(), head.methodStart(), head.methodEnd()),
                Ascii.text(head.bytes(), host.pathStart(), head.targetEnd()),
                host.name(),
                origin.tls() ? "https" : "http",
                origin.client().getHostAddress(),
                inner ? "2" : head.http10() ? "1.0" : "1.1",
                one ? head.value(parent) : null,
                head.has(Field.TRACESTATE) ? ForwardedFor.all(head, Field.TRACESTATE) : null));
    }

    private boolean answer(Answer answer) throws IOException {
        var current = exchange();
        current.prepareToAnswer(head);
        return current.answer(answer);
    }

    /** Whether the client came through TLS, here or at a load balancer in front. */
    private boolean secure() {
        int proto = head.find(Field.X_FORWARDED_PROTO);
        return origin.tls() || (proto >= 0 && head.value(proto).equalsIgnoreCase("https"));
    }

    private String location() {
        int port = plane.tlsPort();
        var path = Ascii.text(head.bytes(), host.pathStart(), head.targetEnd());
        return "https://" + host.name() + (port == HTTPS ? "" : ":" + port)
                + (path.startsWith("/") ? path : "/" + path);
    }

    private Exchange exchange() {
        var current = exchange;
        if (current == null) {
            var writer = new RequestHeadWriter(origin.client(), origin.tls());
            current = new Exchange(channel, input, writer, plane.http2(), plane::draining);
            exchange = current;
        }
        return current;
    }

    private Destination choose(Rule found) {
        int tag = head.find(Field.SERVING_TAG);
        return found.choose(tag < 0 ? null : head.value(tag));
    }

    private void refuse(HttpFault fault) throws IOException {
        ResponseHeadWriter.refuse(channel, Answer.refused(fault.status(), String.valueOf(fault.getMessage())));
        linger();
    }

    /** Lets the client read the answer before the reset that unread bytes would cause. */
    private void linger() throws IOException {
        phaseDeadline = System.nanoTime() + LINGER;
        phase = Phase.LINGERING;
        channel.shutdownOutput();
        var sink = ByteBuffer.allocate(4096);
        while (channel.read(sink.clear()) >= 0) {
            // what comes now is not wanted
        }
    }

    private void reset() {
        if (inner) {
            origin.cutShort();
            return;
        }
        try {
            channel.socket().setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException _) {
            // closing is all that is left
        }
    }
}
