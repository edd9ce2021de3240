package dev.sluice.gateway.http2;

import dev.sluice.gateway.wire.Answer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/** One request of an HTTP/2 client, from its head to the end of both sides. On the client's event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends the stream or the channel, and that is told
abstract class ClientStream {
    /** For a client to say that it has read its answer; then the rest of its request is refused all the same. */
    private static final long READING = Duration.ofSeconds(5).toNanos();

    final ClientEndpoint client;
    final int id;
    private int unwritten;
    private boolean unwanted;
    private boolean asked;
    private long askedAt;
    private boolean given;
    private long takenBy;

    ClientStream(ClientEndpoint client, int id) {
        this.client = client;
        this.id = id;
    }

    /** Takes a part of the request's body over, to be released; {@code flow} is to be given back as consumed. */
    abstract void data(ByteBuf data, int flow, boolean end);

    abstract void trailers(Http2Headers trailers);

    /** The client has reset it or gone. */
    abstract void gone(long code);

    /** Looks at the clock, many times a second. */
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
            if (unwritten == 0 && unwanted) {
                askWhetherRead();
            }
        });
        client.encoder().writeData(client.context(), id, data, 0, end, promise);
        client.touched();
    }

    /**
     * The whole answer was given before the whole request came: says that no more of it is wanted, once the client has
     * read the answer. There are clients (curl 7.88) that forget an answer when the reset reaches them together with it.
     */
    final void wantNoMore() {
        unwanted = true;
        if (unwritten == 0) {
            askWhetherRead();
        } // else what waits for the client's window goes first
    }

    /** The whole answer is on its way to the client, which has to open its window for it in time. */
    final void given() {
        given(System.nanoTime());
    }

    /** @param deadline of the request; there is time until then at least */
    final void given(long deadline) {
        given = true;
        takenBy = Math.max(
                deadline,
                System.nanoTime() + client.http2().limits().keepAlive().toNanos());
    }

    private void askWhetherRead() {
        if (!asked) {
            asked = true;
            askedAt = System.nanoTime();
            client.ping(id);
        }
    }

    /** The client has read all that was sent to it before it was asked. */
    final void read() {
        if (asked) {
            client.reset(id, Http2Error.NO_ERROR.code());
        }
    }

    final void tick(long now) {
        if (asked && now - askedAt > READING) {
            read();
        } else if (given && unwritten > 0 && now - takenBy > 0) {
            client.reset(id, Http2Error.CANCEL.code());
        } else {
            sweep(now);
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
        given();
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
