package dev.sluice.gateway.http2;

import dev.sluice.gateway.upstream.ConnectionPool;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The event loop's end of a connection over which the gateway's HTTP/1.1 side reaches a pod that speaks HTTP/2: every
 * request becomes a stream.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends the stream or the channel, and that is told
final class PodLeg extends ChannelInboundHandlerAdapter implements PodAnswer, LoopState.Waiting {
    private final LoopState loop;
    private final ConnectionPool pod;
    private final NioDomainSocketChannel channel;
    private final Runnable unsent;
    private final ArrayDeque<HttpContent> held = new ArrayDeque<>(2);
    private @Nullable HttpRequest request;
    private @Nullable PodStream stream;
    private boolean toHead;
    private boolean headSent;
    private boolean answered;
    private boolean bodyless;
    private int outstanding;

    private PodLeg(LoopState loop, ConnectionPool pod, NioDomainSocketChannel channel, Runnable unsent) {
        this.unsent = unsent;
        this.loop = loop;
        this.pod = pod;
        this.channel = channel;
    }

    /** @param unsent told when a request could not be sent, before its connection closes */
    static void open(LoopState loop, ConnectionPool pod, java.nio.channels.SocketChannel end, Runnable unsent) {
        var channel = new NioDomainSocketChannel(end);
        channel.config().setAutoRead(false).setAllocator(Buffers.POOL);
        var config = new HttpDecoderConfig()
                .setMaxInitialLineLength(Heads.MOST_BYTES)
                .setMaxHeaderSize(2 * Heads.MOST_BYTES)
                .setInitialBufferSize(1024);
        channel.pipeline().addLast(new HttpServerCodec(config), new PodLeg(loop, pod, channel, unsent));
        loop.loop().register(channel).addListener(_ -> channel.read());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest next) {
            if (next.decoderResult().isFailure()) {
                ReferenceCountUtil.release(message);
                channel.close();
                return;
            }
            request = next;
            stream = null;
            headSent = false;
            answered = false;
            bodyless = !next.headers().contains("content-length") && !HttpUtil.isTransferEncodingChunked(next);
            toHead = "HEAD".equals(next.method().name());
            loop.connect(pod, this);
        }
        if (message instanceof HttpContent content) {
            content(content);
        }
    }

    private void content(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            content.release();
            channel.close();
        } else if (bodyless) {
            content.release(); // the head has ended the stream
        } else if (stream == null) {
            held.add(content);
        } else {
            send(stream, content);
        }
    }

    private void send(PodStream to, HttpContent content) {
        outstanding++;
        if (content instanceof LastHttpContent last && !last.trailingHeaders().isEmpty()) {
            if (content.content().isReadable()) {
                to.data(content.content(), false, this::written);
            } else {
                content.release();
                written();
            }
            to.trailers(Heads.fromHttp1(last.trailingHeaders()));
        } else {
            to.data(content.content(), content instanceof LastHttpContent, this::written);
        }
    }

    private void written() {
        outstanding--;
        readOn();
    }

    private void readOn() {
        if (outstanding == 0 && held.isEmpty()) {
            channel.read();
        }
    }

    @Override
    public void connected(PodConnection connection) {
        var asked = request;
        request = null;
        if (asked == null || !channel.isActive()) {
            return;
        }
        var head = Heads.fromHttp1(asked.headers())
                .method(asked.method().asciiName())
                .scheme("http")
                .path(asked.uri())
                .authority(asked.headers().get("host", ""));
        var te = asked.headers().get("te");
        if (te != null) {
            head.set("te", "trailers");
        }
        var opened = connection.open(head, bodyless, this);
        stream = opened;
        for (var content = held.poll(); content != null; content = held.poll()) {
            send(opened, content);
        }
        readOn();
    }

    @Override
    public void refused(Throwable why) {
        unsent.run();
        channel.close(); // its other end connects anew
    }

    @Override
    public void headers(Http2Headers headers, boolean end) {
        int code = Heads.status(headers);
        if (!headSent && code >= 100 && code < 200 && !end) {
            var interim = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code), Unpooled.EMPTY_BUFFER);
            Heads.toHttp1(headers, interim.headers());
            channel.write(interim);
        } else if (headSent) {
            var last = new DefaultLastHttpContent();
            Heads.toTrailer(headers, last.trailingHeaders());
            end(last);
        } else {
            head(headers, code, end);
        }
        channel.flush();
    }

    private void head(Http2Headers headers, int code, boolean end) {
        headSent = true;
        var response =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code == 0 ? 502 : code));
        Heads.toHttp1(headers, response.headers());
        boolean empty = toHead || code == 204 || code == 304;
        if (!empty && !response.headers().contains("content-length")) {
            if (end) {
                response.headers().set("content-length", 0);
            } else {
                response.headers().set("transfer-encoding", "chunked");
            }
        }
        channel.write(response);
        if (end) {
            end(new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER));
        }
    }

    @Override
    public void data(ByteBuf data, int flow, boolean end, PodStream from) {
        Runnable written = () -> {
            from.consumed(flow);
            loop.flush();
        };
        if (end) {
            end(new DefaultLastHttpContent(data));
            written.run();
        } else {
            channel.write(new DefaultHttpContent(data)).addListener(_ -> written.run());
        }
        channel.flush();
    }

    private void end(LastHttpContent last) {
        answered = true;
        channel.write(last);
    }

    @Override
    public void gone(long code, boolean lost) {
        if (answered) { // what has not been written of it goes first
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> channel.close());
        } else {
            channel.close();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (stream != null) {
            readOn();
        }
        loop.flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        for (var content = held.poll(); content != null; content = held.poll()) {
            content.release();
        }
        if (stream != null) {
            stream.reset(Http2Error.CANCEL.code());
        }
        stream = null;
        loop.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        channel.close();
    }
}
