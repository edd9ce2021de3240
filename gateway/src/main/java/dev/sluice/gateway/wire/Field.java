package dev.sluice.gateway.wire;

import java.util.Arrays;

/** The header fields a gateway must know; every other one is {@link #OTHER} and passes untouched. */
public enum Field {
    OTHER(""),
    HOST("host"),
    CONNECTION("connection"),
    KEEP_ALIVE("keep-alive"),
    PROXY_CONNECTION("proxy-connection"),
    TRANSFER_ENCODING("transfer-encoding"),
    CONTENT_LENGTH("content-length"),
    TE("te"),
    UPGRADE("upgrade"),
    EXPECT("expect"),
    HTTP2_SETTINGS("http2-settings"),
    IDEMPOTENCY_KEY("idempotency-key"),
    TRACEPARENT("traceparent"),
    TRACESTATE("tracestate"),
    FORWARDED("forwarded"),
    X_FORWARDED_FOR("x-forwarded-for"),
    X_FORWARDED_PROTO("x-forwarded-proto"),
    X_FORWARDED_HOST("x-forwarded-host"),
    SERVING_TAG("knative-serving-tag"),
    SERVING_DEFAULT_ROUTE("knative-serving-default-route"),
    SERVING_REVISION("knative-serving-revision"),
    SERVING_NAMESPACE("knative-serving-namespace"),
    NETWORK_PROBE("k-network-probe"),
    NETWORK_HASH("k-network-hash"),
    PROXY_REQUEST("k-proxy-request"),
    ORIGINAL_HOST("k-original-host"),
    QUEUE_TIME("sluice-queue-time");

    private static final Known[][] BY_LENGTH = byLength();

    private final String lower;

    Field(String lower) {
        this.lower = lower;
    }

    private static final class Known {
        private final Field field;
        private final byte[] name;

        private Known(Field field) {
            this.field = field;
            this.name = Ascii.bytes(field.lower);
        }
    }

    /** The field of this name, whatever its case. */
    static Field of(byte[] bytes, int start, int end) {
        int length = end - start;
        if (length >= BY_LENGTH.length) {
            return OTHER;
        }
        for (var known : BY_LENGTH[length]) {
            if (Ascii.equalsIgnoreCase(known.name, bytes, start, end)) {
                return known.field;
            }
        }
        return OTHER;
    }

    private static Known[][] byLength() {
        int longest = Arrays.stream(values())
                .mapToInt(field -> field.lower.length())
                .max()
                .orElse(0);
        var table = new Known[longest + 1][];
        for (int length = 0; length <= longest; length++) {
            int wanted = length;
            table[length] = Arrays.stream(values())
                    .filter(field -> field != OTHER && field.lower.length() == wanted)
                    .map(Known::new)
                    .toArray(Known[]::new);
        }
        return table;
    }
}
