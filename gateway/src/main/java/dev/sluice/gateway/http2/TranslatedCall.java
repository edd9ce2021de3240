package dev.sluice.gateway.http2;

import dev.sluice.gateway.balance.Destination;
import dev.sluice.gateway.wire.Answer;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A call from an HTTP/2 client to anything that does not speak it: becomes a request to the gateway's own HTTP/1.1 side,
 * which queues, limits and times it as any other.
 */
final class TranslatedCall extends ClientStream {
    private @Nullable Http1Leg leg;
    private boolean requestEnded;
    private boolean headSent;
    private boolean over;

    TranslatedCall(ClientEndpoint client, int id) {
        super(client, id);
    }

    void begin(Http2Headers headers, boolean end, @Nullable Destination destination) {
        DefaultHttpRequest request;
        try {
            request = translate(headers, end);
        } catch (IllegalArgumentException _) {
            refuse(Answer.refused(400, "malformed request"), false, end);
            return;
        }
        try {
            var idle = client.legs.poll();
            var mine = idle == null ? Http1Leg.open(client) : idle;
            leg = mine;
            requestEnded = end;
            mine.begin(this, request, end, destination);
        } catch (IOException e) {
            refuse(Answer.badGateway("handing the request over: " + e.getMessage()), false, end);
        }
    }

    private void refuse(Answer answer, boolean toHead, boolean end) {
        over = true;
        own(answer, toHead, end);
    }

    private static DefaultHttpRequest translate(Http2Headers headers, boolean end) {
        var request = new DefaultHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.valueOf(Heads.text(headers.method())), Heads.text(headers.path()));
        var fields = request.headers();
        fields.set("host", Heads.text(headers.authority() == null ? headers.get("host") : headers.authority()));
        Heads.toHttp1(headers, fields);
        if ("trailers".contentEquals(Heads.text(headers.get("te")))) {
            fields.set("te", "trailers").set("connection", "te");
        }
        if (!end && !fields.contains("content-length")) {
            fields.set("transfer-encoding", "chunked");
        }
        return request;
    }

    @Override
    void data(ByteBuf data, int flow, boolean end) {
        requestEnded |= end;
        if (over || leg == null) {
            data.release();
            client.consumed(id, flow);
        } else {
            leg.data(data, end, () -> {
                client.consumed(id, flow);
                client.loop.flush();
            });
        }
    }

    @Override
    void trailers(Http2Headers trailers) {
        requestEnded = true;
        if (!over && leg != null) {
            var last = new DefaultLastHttpContent();
            Heads.toTrailer(trailers, last.trailingHeaders());
            leg.end(last);
        }
    }

    @Override
    void gone(long code) {
        if (!over) {
            over = true;
            if (leg != null) {
                leg.close();
            }
        }
    }

    @Override
    void sweep(long now) {
        // the other side keeps the time
    }

    void answer(HttpResponse response) {
        var headers =
                Heads.fromHttp1(response.headers()).status(response.status().codeAsText());
        headSent |= response.status().code() >= 200;
        answerHead(headers, false);
    }

    void answer(ByteBuf data, Runnable written) {
        answerData(data, false, written);
    }

    /** The whole answer has come. */
    void answered(LastHttpContent last) {
        over = true;
        given();
        var trailing = last.trailingHeaders();
        if (trailing.isEmpty()) {
            answerData(last.content().retain(), true, () -> {});
        } else {
            if (last.content().isReadable()) {
                answerData(last.content().retain(), false, () -> {});
            }
            answerHead(Heads.fromHttp1(trailing), true);
        }
        if (!requestEnded) {
            wantNoMore();
        }
    }

    boolean requestEnded() {
        return requestEnded;
    }

    /** The leg has ended in the middle of the answer. */
    void cut() {
        if (over) {
            return;
        }
        over = true;
        if (headSent) {
            client.reset(id, Http2Error.INTERNAL_ERROR.code());
        } else {
            own(Answer.badGateway("the request was not answered"), false, requestEnded);
        }
    }
}
