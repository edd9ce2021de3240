package dev.sluice.gateway.http2;

import dev.sluice.gateway.balance.Destination;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The event loop's end of a connection to the gateway's own HTTP/1.1 side. Carries one call at a time, and reads on only
 * when what it read last has been written to the client.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends the stream or the channel, and that is told
final class Http1Leg extends ChannelInboundHandlerAdapter {
    private final ClientEndpoint client;
    private final Origin origin;
    private final NioDomainSocketChannel channel;
    private @Nullable TranslatedCall call;
    private int outstanding;
    private boolean informational;
    private boolean reusable;

    private Http1Leg(ClientEndpoint client, Origin origin, NioDomainSocketChannel channel) {
        this.client = client;
        this.origin = origin;
        this.channel = channel;
    }

    static Http1Leg open(ClientEndpoint client) throws IOException {
        var pair = client.http2().pairs().open();
        var origin = new Origin(client.origin().client(), client.origin().tls());
        var channel = new NioDomainSocketChannel(pair.one());
        channel.config().setAutoRead(false).setAllocator(Buffers.POOL);
        var leg = new Http1Leg(client, origin, channel);
        var config = new HttpDecoderConfig()
                .setMaxInitialLineLength(Heads.MOST_BYTES)
                .setMaxHeaderSize(Heads.MOST_BYTES)
                .setInitialBufferSize(1024);
        channel.pipeline().addLast(new HttpClientCodec(config, false, false), leg);
        client.loop.loop().register(channel);
        client.http2().switchboard().serve(pair.other(), origin);
        return leg;
    }

    void begin(TranslatedCall next, HttpRequest request, boolean end, @Nullable Destination destination) {
        call = next;
        reusable = false;
        informational = false;
        origin.choose(destination);
        channel.write(request);
        if (end) {
            channel.write(LastHttpContent.EMPTY_LAST_CONTENT);
        }
        channel.flush();
        channel.read();
    }

    void data(ByteBuf data, boolean end, Runnable written) {
        var content = end ? new DefaultLastHttpContent(data) : new DefaultHttpContent(data);
        channel.writeAndFlush(content).addListener(_ -> written.run());
    }

    void end(LastHttpContent last) {
        channel.writeAndFlush(last);
    }

    void close() {
        call = null;
        channel.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpResponse response) {
                head(response);
            }
            if (message instanceof LastHttpContent last) {
                last(last);
            } else if (message instanceof HttpContent content && call != null) {
                outstanding++;
                call.answer(content.content().retain(), this::written);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void head(HttpResponse response) {
        if (response.decoderResult().isFailure()) {
            cut();
            return;
        }
        informational = response.status().code() < 200;
        reusable = HttpUtil.isKeepAlive(response);
        if (call != null) {
            call.answer(response);
        }
    }

    private void last(LastHttpContent last) {
        if (informational) {
            informational = false;
            return;
        }
        if (origin.cut() || last.decoderResult().isFailure()) {
            cut();
            return;
        }
        var done = call;
        call = null;
        if (done == null) {
            return;
        }
        boolean whole = done.requestEnded();
        done.answered(last);
        if (reusable && whole && channel.isActive()) {
            client.legs.push(this);
            channel.read(); // to see it end
        } else {
            channel.close();
        }
    }

    private void cut() {
        var cut = call;
        call = null;
        channel.close();
        if (cut != null) {
            cut.cut();
        }
    }

    private void written() {
        if (--outstanding == 0 && call != null) {
            channel.read();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (outstanding == 0 && call != null) {
            ctx.read();
        }
        client.loop.flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        client.legs.remove(this);
        cut();
        client.loop.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        cut();
        client.loop.flush();
    }
}
