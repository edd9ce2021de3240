package dev.sluice.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One end of an HTTP/2 connection. A stream's window opens again only as what it carried has been written on, so each
 * stream holds at most one window here; the connection's window refills at once, so a stalled stream stops no other.
 * Everything happens on the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends the stream or the channel, and that is told
abstract class Http2Endpoint extends Http2ConnectionHandler implements Http2FrameListener {
    static final int STREAM_WINDOW = 64 * 1024;
    private static final int CONNECTION_WINDOW = 4 * 1024 * 1024;
    private static final float REFILL_AT = 0.5f;
    /** Of what a connection can write, for a stream in its turn: a whole frame. */
    private static final int LEAST_SHARE = 16 * 1024;

    final LoopState loop;
    private @Nullable ChannelHandlerContext context;
    private boolean dirty;

    Http2Endpoint(
            Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings, LoopState loop) {
        super(decoder, encoder, settings);
        this.loop = loop;
        decoder.frameListener(this);
        decoder.connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                closed(stream);
            }
        });
    }

    /** A stream is over, whatever ended it; its frames have been told of. */
    abstract void closed(Http2Stream stream);

    final ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return context;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
        var local = connection().local().flowController();
        local.incrementWindowSize(connection().connectionStream(), CONNECTION_WINDOW);
    }

    /** Something was written that nobody has flushed yet: it leaves at the end of the loop's turn. */
    final void touched() {
        if (!dirty) {
            dirty = true;
            loop.dirty(this);
        }
    }

    final void flushNow() {
        dirty = false;
        if (context != null) {
            flush(context);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (cause instanceof IOException) {
            ctx.close(ctx.voidPromise()); // the other side has gone
        } else {
            super.exceptionCaught(ctx, cause);
        }
    }

    /** What a stream carried has been written on. */
    final void consumed(int streamId, int bytes) {
        var stream = connection().stream(streamId);
        if (stream == null || bytes == 0) {
            return;
        }
        try {
            if (connection().local().flowController().consumeBytes(stream, bytes)) {
                touched();
            }
        } catch (Http2Exception e) {
            onError(context(), false, e);
        }
    }

    final void reset(int streamId, long code) {
        if (connection().stream(streamId) != null) {
            resetStream(context(), streamId, code, context().newPromise());
            touched();
        }
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext ctx,
            int streamId,
            Http2Headers headers,
            int dependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean end)
            throws Http2Exception {
        onHeadersRead(ctx, streamId, headers, padding, end);
    }

    @Override
    public void onPriorityRead(
            ChannelHandlerContext ctx, int streamId, int dependency, short weight, boolean exclusive) {
        // not followed
    }

    @Override
    public void onSettingsAckRead(ChannelHandlerContext ctx) {
        // nothing waits for it
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
        // the codec keeps to them
    }

    @Override
    public void onPingRead(ChannelHandlerContext ctx, long data) {
        // the codec answers
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long data) {
        // none is sent to pods
    }

    @Override
    public void onPushPromiseRead(
            ChannelHandlerContext ctx, int streamId, int promised, Http2Headers headers, int padding) {
        // refused by the settings
    }

    @Override
    public void onGoAwayRead(ChannelHandlerContext ctx, int last, long code, ByteBuf debug) {
        // streams beyond the last are closed by the codec
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext ctx, int streamId, int increment) {
        // the codec writes what fits now; it flushes when reading is complete
    }

    @Override
    public void onUnknownFrame(ChannelHandlerContext ctx, byte type, int streamId, Http2Flags flags, ByteBuf payload) {
        // passes no hop
    }

    /** Puts codec and endpoint together. */
    abstract static class Builder<T extends Http2Endpoint>
            extends AbstractHttp2ConnectionHandlerBuilder<T, Builder<T>> {
        Builder(boolean server, int resets, Http2Settings settings, long shutdownMillis) {
            var connection = new DefaultHttp2Connection(server);
            connection.local().flowController(new DefaultHttp2LocalFlowController(connection, REFILL_AT, true));
            // nobody's priorities are followed, so nobody needs a tree of them
            var shares = new UniformStreamByteDistributor(connection);
            shares.minAllocationChunk(LEAST_SHARE);
            connection.remote().flowController(new DefaultHttp2RemoteFlowController(connection, shares));
            connection(connection);
            initialSettings(settings.initialWindowSize(STREAM_WINDOW));
            validateHeaders(true);
            decoderEnforceMaxRstFramesPerWindow(resets, 30);
            encoderEnforceMaxRstFramesPerWindow(resets, 30);
            gracefulShutdownTimeoutMillis(shutdownMillis);
        }

        T endpoint() {
            return build();
        }
    }
}
