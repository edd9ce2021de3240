package dev.sluice.gateway.http2;

import dev.sluice.gateway.balance.Destination;
import dev.sluice.gateway.wire.Answer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection.PropertyKey;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client's HTTP/2 connection: every stream becomes a call of its own, and goes where its host's rule says. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends the stream or the channel, and that is told
final class ClientEndpoint extends Http2Endpoint {
    private static final int MOST_STREAMS = 256;
    private static final int MOST_RESETS_IN_30_SECONDS = 5_000;
    private static final int SWEEP_MILLIS = 50;

    private final PropertyKey key;
    private final Origin origin;
    private final Forwarding forwarding;
    private final Http2 http2;
    /** Connections to the gateway's own HTTP/1.1 side that wait for another request. */
    final ArrayDeque<Http1Leg> legs = new ArrayDeque<>(1);

    private boolean settled;
    private @Nullable ScheduledFuture<?> preface;
    private @Nullable ScheduledFuture<?> unused;
    private boolean sweeping;
    private int sweepsIdle;

    private ClientEndpoint(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings,
            LoopState loop,
            Origin origin,
            Http2 http2) {
        super(decoder, encoder, settings, loop);
        this.key = decoder.connection().newKey();
        this.origin = origin;
        this.forwarding = new Forwarding(origin);
        this.http2 = http2;
    }

    static ClientEndpoint make(LoopState loop, Origin origin, Http2 http2) {
        var settings = Http2Settings.defaultSettings()
                .maxConcurrentStreams(MOST_STREAMS)
                .maxHeaderListSize(http2.limits().headBytes());
        return new Builder<ClientEndpoint>(
                true,
                MOST_RESETS_IN_30_SECONDS,
                settings,
                http2.limits().drain().toMillis()) {
            @Override
            protected ClientEndpoint build(
                    Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initial) {
                return new ClientEndpoint(decoder, encoder, initial, loop, origin, http2);
            }
        }.endpoint();
    }

    Origin origin() {
        return origin;
    }

    Forwarding forwarding() {
        return forwarding;
    }

    Http2 http2() {
        return http2;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        super.handlerAdded(ctx);
        preface = loop.loop()
                .schedule(this::closeUnlessSettled, http2.limits().preface().toMillis(), TimeUnit.MILLISECONDS);
        unused = loop.loop()
                .schedule(() -> closeIfIdleSince(0), http2.limits().keepAlive().toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
        settled = true;
    }

    private void closeUnlessSettled() {
        if (!settled) {
            context().close();
        }
    }

    private @Nullable ClientStream stream(int id) {
        var stream = connection().stream(id);
        return stream == null ? null : stream.getProperty(key);
    }

    @Override
    public void onHeadersRead(ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean end)
            throws Http2Exception {
        var stream = connection().stream(id);
        if (stream == null) {
            return;
        }
        ClientStream known = stream.getProperty(key);
        if (known != null) {
            known.trailers(headers);
            return;
        }
        if (headers.method() == null) {
            return; // trailers of a request that was answered and forgotten
        }
        sweepFromNowOn();
        begin(stream, headers, end);
    }

    private void begin(Http2Stream stream, Http2Headers headers, boolean end) {
        var host = Heads.text(headers.authority() == null ? headers.get("host") : headers.authority());
        var path = headers.path();
        boolean readable = path != null && plain(path) && plain(host) && !path.isEmpty();
        var tag = headers.get(Heads.TAG);
        var destination =
                readable ? http2.switchboard().choose(host, tag == null ? null : tag.toString(), origin.tls()) : null;
        if (readable
                && destination instanceof Destination.Revision(var gate)
                && gate.settings().h2c()
                && !headers.contains(Heads.PROBE)
                && !"CONNECT".contentEquals(headers.method())) {
            var call = new StraightCall(this, stream.id(), gate, headers, end);
            stream.setProperty(key, call);
            call.begin();
            return;
        }
        var call = new TranslatedCall(this, stream.id());
        stream.setProperty(key, call);
        if (!readable || "CONNECT".contentEquals(headers.method())) {
            call.own(
                    readable ? Answer.NO_TUNNEL : Answer.refused(400, "malformed request"),
                    "HEAD".contentEquals(headers.method()),
                    end);
        } else {
            call.begin(headers, end, destination);
        }
    }

    /** Nothing that could end a line, or a word, of HTTP/1.1. */
    private static boolean plain(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= 0x20 || c == 0x7f || c >= 0x100) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int onDataRead(ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean end) {
        int flow = data.readableBytes() + padding;
        var stream = stream(id);
        if (stream == null) {
            return flow;
        }
        stream.data(data.retain(), flow, end);
        return 0;
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int id, long code) {
        var stream = stream(id);
        if (stream != null) {
            stream.gone(code);
        }
    }

    /** Asks the client to answer as soon as it has read everything up to here. */
    void ping(int id) {
        encoder().writePing(context(), false, id, context().newPromise());
        touched();
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long data) {
        var stream = data > 0 && data <= Integer.MAX_VALUE ? stream((int) data) : null;
        if (stream != null) {
            stream.read();
        }
    }

    @Override
    void closed(Http2Stream stream) {
        ClientStream mine = stream.getProperty(key);
        if (mine != null) {
            mine.gone(Http2Error.CANCEL.code());
        }
    }

    private void sweepFromNowOn() {
        sweepsIdle++;
        if (!sweeping) {
            sweeping = true;
            loop.loop().schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void sweep() {
        if (!context().channel().isActive()) {
            return;
        }
        long now = System.nanoTime();
        try {
            connection().forEachActiveStream(stream -> {
                ClientStream mine = stream.getProperty(key);
                if (mine != null) {
                    mine.tick(now);
                }
                return true;
            });
        } catch (Http2Exception e) {
            onError(context(), true, e);
        }
        loop.flush();
        if (connection().numActiveStreams() > 0) {
            loop.loop().schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            sweeping = false;
            int idle = ++sweepsIdle;
            loop.loop()
                    .schedule(
                            () -> closeIfIdleSince(idle),
                            http2.limits().keepAlive().toMillis(),
                            TimeUnit.MILLISECONDS);
        }
    }

    private void closeIfIdleSince(int idle) {
        if (sweepsIdle == idle && connection().numActiveStreams() == 0) {
            context().close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        for (var timer : new ScheduledFuture<?>[] {preface, unused}) {
            if (timer != null) {
                timer.cancel(false); // it would hold the connection for two minutes
            }
        }
        legs.forEach(Http1Leg::close);
        legs.clear();
        loop.flush();
    }
}
