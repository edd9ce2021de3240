package dev.sluice.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;

/** One request at a pod. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends the stream or the channel, and that is told
final class PodStream {
    private final PodConnection connection;
    private final int id;
    private final PodAnswer answer;
    private boolean over;
    private boolean requestEnded;
    private boolean answerEnded;

    PodStream(PodConnection connection, int id, PodAnswer answer, boolean requestEnded) {
        this.connection = connection;
        this.id = id;
        this.answer = answer;
        this.requestEnded = requestEnded;
    }

    /** Sends a part of the request's body; {@code written} runs when it has left, or cannot any more. */
    void data(ByteBuf data, boolean end, Runnable written) {
        requestEnded |= end;
        var context = connection.context();
        var promise = context.newPromise();
        promise.addListener(_ -> written.run());
        connection.encoder().writeData(context, id, data, 0, end, promise);
        connection.touched();
    }

    void trailers(Http2Headers trailers) {
        requestEnded = true;
        var context = connection.context();
        connection.encoder().writeHeaders(context, id, trailers, 0, true, context.newPromise());
        connection.touched();
    }

    /** Ends the stream; its answer is told nothing more. */
    void reset(long code) {
        over = true;
        connection.reset(id, code);
    }

    void consumed(int bytes) {
        connection.consumed(id, bytes);
    }

    void answered(Http2Headers headers, boolean end) {
        if (!over) {
            answerEnded |= end;
            answer.headers(headers, end);
        }
    }

    /** Whether somebody took the data, which is then theirs. */
    boolean answered(ByteBuf data, int flow, boolean end) {
        if (over) {
            return false;
        }
        answerEnded |= end;
        answer.data(data.retain(), flow, end, this);
        return true;
    }

    void gone(long code, boolean lost) {
        if (!over && !(answerEnded && requestEnded)) {
            over = true;
            answer.gone(code, lost);
        }
    }
}
