package dev.sluice.gateway.trace;

import org.jspecify.annotations.Nullable;

/**
 * What a client asked for, as its span tells it.
 *
 * @param target path and query; the query is not told, as it may hold secrets
 * @param protocol version of HTTP
 * @param traceparent null when there is none, or more than one
 * @param tracestate all of it as one list; null when there is none
 */
public record IncomingRequest(
        String method,
        String target,
        String host,
        String scheme,
        String client,
        String protocol,
        @Nullable String traceparent,
        @Nullable String tracestate) {
    String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }
}
