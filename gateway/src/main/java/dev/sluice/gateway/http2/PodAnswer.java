package dev.sluice.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;

/** Who reads what a pod answers on one stream. */
interface PodAnswer {
    /** A head, informational ones too, or the trailers. */
    void headers(Http2Headers headers, boolean end);

    /**
     * A part of the body, to be released.
     *
     * @param flow what it took of the window, which {@link PodStream#consumed} opens again
     */
    void data(ByteBuf data, int flow, boolean end, PodStream from);

    /**
     * The stream was reset, or its connection was lost: told at most once, and not after both sides have ended.
     *
     * @param code of HTTP/2
     * @param lost whether it was the connection that ended
     */
    void gone(long code, boolean lost);
}
