package dev.sluice.testing.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamFrame;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Goes on with HTTP/2 where a connection begins as one, and refuses any other with 426. */
@SuppressWarnings("FutureReturnValueIgnored") // a test finds no answer then
final class PrefaceHandler extends ByteToMessageDecoder {
    private static final int ENOUGH = 3;

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < ENOUGH) {
            return;
        }
        if (in.toString(in.readerIndex(), ENOUGH, StandardCharsets.US_ASCII).equals("PRI")) {
            ctx.pipeline()
                    .addLast(Http2FrameCodecBuilder.forServer().build(), new Http2MultiplexHandler(new Answering()));
            ctx.pipeline().remove(this); // which passes on what has come
        } else {
            in.skipBytes(in.readableBytes());
            ctx.writeAndFlush(text("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    /** Answers a request once it has come whole. */
    @io.netty.channel.ChannelHandler.Sharable
    private static final class Answering extends SimpleChannelInboundHandler<Http2StreamFrame> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, Http2StreamFrame frame) {
            boolean whole = (frame instanceof Http2HeadersFrame headers && headers.isEndStream())
                    || (frame instanceof Http2DataFrame data && data.isEndStream());
            if (whole) {
                ctx.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200"), false));
                ctx.writeAndFlush(new DefaultHttp2DataFrame(text("HTTP/2.0"), true));
            }
        }
    }
}
