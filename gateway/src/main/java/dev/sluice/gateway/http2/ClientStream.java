package dev.sluice.gateway.http2;

import dev.sluice.gateway.wire.Answer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One request of an HTTP/2 client, from its head to the end of both sides. On the client's event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends the stream or the channel, and that is told
abstract class ClientStream {
    final ClientEndpoint client;
    final int id;
    private int unwritten;
    private boolean resetWhenWritten;

    ClientStream(ClientEndpoint client, int id) {
        this.client = client;
        this.id = id;
    }

    /** Takes a part of the request's body over, to be released; {@code flow} is to be given back as consumed. */
    abstract void data(ByteBuf data, int flow, boolean end);

    abstract void trailers(Http2Headers trailers);

    /** The client has reset it or gone. */
    abstract void gone(long code);

    /** Looks at the clock, ten times a second. */
    abstract void sweep(long now);

    final void answerHead(Http2Headers headers, boolean end) {
        client.encoder()
                .writeHeaders(
                        client.context(), id, headers, 0, end, client.context().newPromise());
        client.touched();
    }

    /** {@code written} runs when it has left, or cannot any more. */
    final void answerData(ByteBuf data, boolean end, Runnable written) {
        unwritten++;
        var promise = client.context().newPromise();
        promise.addListener(_ -> {
            unwritten--;
            written.run();
            if (unwritten == 0 && resetWhenWritten) {
                client.reset(id, Http2Error.NO_ERROR.code());
            }
        });
        client.encoder().writeData(client.context(), id, data, 0, end, promise);
        client.touched();
    }

    /** The whole answer was given before the whole request came: says that no more of it is wanted. */
    final void wantNoMore() {
        if (unwritten == 0) {
            client.reset(id, Http2Error.NO_ERROR.code());
        } else {
            resetWhenWritten = true; // a reset overtakes what waits for the client's window
        }
    }

    /** Gives an answer of the gateway's own. */
    final void own(Answer answer, boolean toHead, boolean requestEnded) {
        byte[] text = answer.text().getBytes(StandardCharsets.UTF_8);
        var headers = new DefaultHttp2Headers(false)
                .status(Integer.toString(answer.status()))
                .setInt("content-length", text.length);
        if (text.length > 0) {
            headers.set("content-type", "text/plain; charset=utf-8").set("x-content-type-options", "nosniff");
        }
        answer.fields().forEach((name, value) -> headers.set(name.toLowerCase(Locale.ROOT), value));
        boolean empty = toHead || text.length == 0;
        answerHead(headers, empty);
        if (!empty) {
            answerData(Unpooled.wrappedBuffer(text), true, () -> {});
        }
        if (!requestEnded) {
            wantNoMore();
        }
    }
}
