package dev.sluice.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection.PropertyKey;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A connection to a pod that speaks HTTP/2 without TLS, used by all calls of its loop that go there. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends the stream or the channel, and that is told
final class PodConnection extends Http2Endpoint {
    private static final int IDLE_SECONDS = 60;

    private final PropertyKey key;
    private boolean used;

    private PodConnection(
            Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings, LoopState loop) {
        super(decoder, encoder, settings, loop);
        this.key = decoder.connection().newKey();
    }

    /** Speaks HTTP/2 on a connection just made. */
    static PodConnection on(Channel channel, LoopState loop) {
        var settings = Http2Settings.defaultSettings()
                .pushEnabled(false)
                .maxConcurrentStreams(0)
                .maxHeaderListSize(Heads.MOST_BYTES);
        var made = new Builder<PodConnection>(false, 0, settings, 0) {
            @Override
            protected PodConnection build(
                    Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initial) {
                return new PodConnection(decoder, encoder, initial, loop);
            }
        }.endpoint();
        channel.pipeline().addLast(made);
        loop.loop().schedule(made::closeIfUnused, IDLE_SECONDS, TimeUnit.SECONDS);
        return made;
    }

    private void closeIfUnused() {
        if (!context().channel().isActive()) {
            return;
        }
        if (connection().numActiveStreams() == 0 && !used) {
            context().channel().close();
        } else {
            used = false;
            loop.loop().schedule(this::closeIfUnused, IDLE_SECONDS, TimeUnit.SECONDS);
        }
    }

    boolean hasRoom() {
        return context().channel().isActive()
                && !connection().goAwayReceived()
                && connection().local().canOpenStream();
    }

    /** Sends a request's head. What becomes of it is told to the answer, a failure to send too. */
    PodStream open(Http2Headers headers, boolean end, PodAnswer answer) {
        used = true;
        int id = connection().local().incrementAndGetNextStreamId();
        var stream = new PodStream(this, id, answer, end);
        var promise = context().newPromise();
        promise.addListener(written -> {
            if (!written.isSuccess()) {
                stream.gone(Http2Error.REFUSED_STREAM.code(), true);
            }
        });
        encoder().writeHeaders(context(), id, headers, 0, end, promise);
        var made = connection().stream(id);
        if (made != null) {
            made.setProperty(key, stream);
        }
        touched();
        return stream;
    }

    private @Nullable PodStream stream(int id) {
        var stream = connection().stream(id);
        return stream == null ? null : stream.getProperty(key);
    }

    @Override
    public void onHeadersRead(ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean end) {
        var stream = stream(id);
        if (stream != null) {
            stream.answered(headers, end);
        }
    }

    @Override
    public int onDataRead(ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean end)
            throws Http2Exception {
        var stream = stream(id);
        int flow = data.readableBytes() + padding;
        return stream != null && stream.answered(data, flow, end) ? 0 : flow;
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int id, long code) {
        var stream = stream(id);
        if (stream != null) {
            stream.gone(code, false);
        }
    }

    @Override
    void closed(Http2Stream stream) {
        PodStream mine = stream.getProperty(key);
        if (mine != null) {
            boolean refused = connection().goAwayReceived()
                    && stream.id() > connection().local().lastStreamKnownByPeer();
            mine.gone((refused ? Http2Error.REFUSED_STREAM : Http2Error.INTERNAL_ERROR).code(), !refused);
        }
    }
}
