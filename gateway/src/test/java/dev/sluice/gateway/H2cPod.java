package dev.sluice.gateway;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.handler.codec.http2.Http2WindowUpdateFrame;
import io.netty.handler.ssl.SslContext;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A pod that speaks HTTP/2 and nothing else, as Netty's multiplexer understands it. Tells how long each body was, at
 * {@code /checksum} its CRC-32C, and gives the first bytes of {@link LargeBody} at {@code /large/1048576}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a test finds no answer then
final class H2cPod implements AutoCloseable {
    private static final int STREAM_WINDOW = 1 << 20;

    private final AtomicBoolean refused = new AtomicBoolean();
    final Queue<Http2Headers> heads = new ConcurrentLinkedQueue<>();
    /** How much of the large body has been written. */
    final AtomicLong sent = new AtomicLong();
    /** Before this is complete, nobody gets more than one window of a body through. */
    final CompletableFuture<@Nullable Void> reads;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final Channel listener;

    H2cPod() throws InterruptedException {
        this(null, CompletableFuture.completedFuture(null));
    }

    H2cPod(SslContext tls) throws InterruptedException {
        this(tls, CompletableFuture.completedFuture(null));
    }

    /** One that reads bodies only from then on. */
    static H2cPod reading(CompletableFuture<@Nullable Void> reads) throws InterruptedException {
        return new H2cPod(null, reads);
    }

    private H2cPod(@Nullable SslContext tls, CompletableFuture<@Nullable Void> reads) throws InterruptedException {
        this.reads = reads;
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (tls != null) {
                            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                        }
                        channel.pipeline()
                                .addLast(
                                        Http2FrameCodecBuilder.forServer()
                                                .initialSettings(Http2Settings.defaultSettings()
                                                        .initialWindowSize(STREAM_WINDOW))
                                                .build(),
                                        new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
                                            @Override
                                            protected void initChannel(Channel stream) {
                                                stream.pipeline().addLast(new Answering());
                                            }
                                        }));
                        channel.write(new DefaultHttp2WindowUpdateFrame(STREAM_WINDOW)); // of the whole connection
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
    }

    int port() {
        return ((java.net.InetSocketAddress) listener.localAddress()).getPort();
    }

    @Override
    public void close() {
        stop();
    }

    /** From now on connections are refused. */
    void stop() {
        loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private final class Answering extends SimpleChannelInboundHandler<Http2StreamFrame> {
        private final CRC32C sum = new CRC32C();
        private long length;
        private String path = "";

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, Http2StreamFrame frame) {
            boolean end = false;
            if (frame instanceof Http2HeadersFrame headers) {
                if (headers.headers().path() != null) {
                    heads.add(headers.headers());
                    path = headers.headers().path().toString();
                }
                end = headers.isEndStream();
            } else if (frame instanceof Http2DataFrame data) {
                length += data.content().readableBytes();
                sum.update(data.content().nioBuffer());
                taken(ctx, new DefaultHttp2WindowUpdateFrame(data.initialFlowControlledBytes()).stream(data.stream()));
                end = data.isEndStream();
            }
            if (end) {
                answer(ctx);
            }
        }

        private void taken(ChannelHandlerContext ctx, Http2WindowUpdateFrame update) {
            if (reads.isDone()) {
                ctx.writeAndFlush(update);
            } else {
                reads.thenRun(() -> ctx.executor().execute(() -> ctx.writeAndFlush(update)));
            }
        }

        private void answer(ChannelHandlerContext ctx) {
            switch (path) {
                case "/cancelled/early" -> ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
                case "/cancelled/late" -> {
                    ctx.write(new DefaultHttp2HeadersFrame(
                            new DefaultHttp2Headers().status("200").set("content-type", "application/grpc"), false));
                    ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
                }
                case "/refused" -> {
                    if (refused.compareAndSet(false, true)) {
                        ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM));
                    } else {
                        say(ctx, "at last");
                    }
                }
                case "/odd" -> {
                    ctx.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200"), false));
                    ctx.writeAndFlush(new DefaultHttp2HeadersFrame(
                            new DefaultHttp2Headers().set("x-sum", "42").set("content-length", "0"), true));
                }
                case "/silent" -> {
                    // never answers
                }
                case "/empty" ->
                    ctx.writeAndFlush(new DefaultHttp2HeadersFrame(
                            new DefaultHttp2Headers().status("204").set("x-pod", "h2"), true));
                case "/trailers" -> {
                    ctx.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200"), false));
                    ctx.write(new DefaultHttp2DataFrame(text("body"), false));
                    ctx.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().set("x-sum", "42"), true));
                }
                case "/checksum" -> say(ctx, Long.toString(sum.getValue()));
                default -> {
                    if (path.startsWith("/large/")) {
                        ctx.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200"), false));
                        large(ctx, 0, Long.parseLong(path.substring("/large/".length())));
                    } else {
                        say(ctx, "got " + length);
                    }
                }
            }
        }

        private static void say(ChannelHandlerContext ctx, String text) {
            ctx.write(new DefaultHttp2HeadersFrame(
                    new DefaultHttp2Headers().status("200").set("x-pod", "h2"), false));
            ctx.writeAndFlush(new DefaultHttp2DataFrame(text(text), true));
        }

        private void large(ChannelHandlerContext ctx, long from, long size) {
            long next = from + LargeBody.PIECE;
            boolean last = next == size;
            ctx.writeAndFlush(new DefaultHttp2DataFrame(LargeBody.piece(from), last))
                    .addListener(written -> {
                        if (written.isSuccess()) {
                            sent.set(next);
                            if (!last) {
                                large(ctx, next, size);
                            }
                        }
                    });
        }

        private static ByteBuf text(String text) {
            return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
        }
    }
}
