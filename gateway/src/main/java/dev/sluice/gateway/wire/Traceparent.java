package dev.sluice.gateway.wire;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** W3C trace context: the header that ties what the parts of a system saw of one request together. */
public final class Traceparent {
    private Traceparent() {}

    /** Begins a trace. */
    public static String fresh() {
        var random = ThreadLocalRandom.current();
        var hex = HexFormat.of();
        return "00-" + hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong() | 1) + "-"
                + hex.toHexDigits(random.nextLong() | 1) + "-01";
    }
}
