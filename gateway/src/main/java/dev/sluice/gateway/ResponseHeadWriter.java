package dev.sluice.gateway;

import dev.sluice.gateway.wire.Answer;
import dev.sluice.gateway.wire.Ascii;
import dev.sluice.gateway.wire.Field;
import dev.sluice.gateway.wire.Head;
import dev.sluice.gateway.wire.OutputBuffer;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Puts together the heads a client gets: a pod's, less what ends at this hop, or one of the gateway's own. */
final class ResponseHeadWriter {
    private static final byte[] VERSION = Ascii.bytes("HTTP/1.1 ");
    private static final byte[] END_OF_LINE = Ascii.bytes("\r\n");
    private static final byte[] SEPARATOR = Ascii.bytes(": ");
    private static final byte[] CHUNKED = Ascii.bytes("Transfer-Encoding: chunked\r\n");
    private static final byte[] CLOSE = Ascii.bytes("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = Ascii.bytes("Connection: keep-alive\r\n");
    private static final double NANOS_PER_MILLI = 1e6;

    private ResponseHeadWriter() {}

    /** How the client's connection goes on after the message. */
    enum Persistence {
        /** What HTTP/1.1 assumes. */
        KEPT,
        /** Said to an HTTP/1.0 client that asked. */
        KEPT_ALOUD,
        CLOSED
    }

    /**
     * Writes a pod's head.
     *
     * @param chunked whether the body goes out in chunks
     * @param waitedNanos before the pod took the request; below zero when it did not wait
     */
    static void relay(Head head, Persistence persistence, boolean chunked, long waitedNanos, OutputBuffer out) {
        statusLine(head, out);
        for (int i = 0; i < head.count(); i++) {
            switch (head.field(i)) {
                case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING, UPGRADE, NETWORK_HASH, QUEUE_TIME -> {
                    // end at this hop, or are the gateway's to say
                }
                case CONTENT_LENGTH -> {
                    if (!head.chunked() && head.find(Field.CONTENT_LENGTH) == i) {
                        line(head, i, out);
                    }
                }
                default -> {
                    if (!head.nominated(i)) {
                        line(head, i, out);
                    }
                }
            }
        }
        if (chunked) {
            out.put(CHUNKED);
        }
        if (waitedNanos >= 0) {
            out.put(queueTime(waitedNanos));
        }
        switch (persistence) {
            case KEPT -> {
                // HTTP/1.1 assumes it
            }
            case KEPT_ALOUD -> out.put(KEEP_ALIVE);
            case CLOSED -> out.put(CLOSE);
        }
        out.put(END_OF_LINE);
    }

    /** Writes an informational answer, or a switch of protocols, as it came. */
    static void informational(Head head, OutputBuffer out) {
        statusLine(head, out);
        for (int i = 0; i < head.count(); i++) {
            line(head, i, out);
        }
        out.put(END_OF_LINE);
    }

    /** Writes an answer of the gateway's own, with its body. */
    static void own(Answer answer, Persistence persistence, boolean withBody, OutputBuffer out) {
        byte[] text = answer.text().getBytes(StandardCharsets.UTF_8);
        out.put(VERSION)
                .put(answer.status() + " " + answer.reason() + "\r\nContent-Length: " + text.length + "\r\n")
                .put(
                        text.length == 0
                                ? ""
                                : "Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n");
        answer.fields()
                .forEach(
                        (name, value) -> out.put(name).put(SEPARATOR).put(value).put(END_OF_LINE));
        switch (persistence) {
            case KEPT -> {
                // HTTP/1.1 assumes it
            }
            case KEPT_ALOUD -> out.put(KEEP_ALIVE);
            case CLOSED -> out.put(CLOSE);
        }
        out.put(END_OF_LINE);
        if (withBody) {
            out.put(text);
        }
    }

    /** Refuses what cannot be understood, on a connection that ends with it. */
    static void refuse(WritableByteChannel client, Answer answer) throws IOException {
        var out = new OutputBuffer(512);
        own(answer, Persistence.CLOSED, true, out);
        out.writeTo(client);
    }

    /** Milliseconds with three decimals. */
    static String queueTime(long nanos) {
        return String.format(Locale.ROOT, "Sluice-Queue-Time: %.3f\r\n", nanos / NANOS_PER_MILLI);
    }

    private static void statusLine(Head head, OutputBuffer out) {
        out.put(VERSION).put(head.bytes(), head.statusStart(), head.reasonEnd());
        if (head.reasonEnd() - head.statusStart() == 3) {
            out.put(" ");
        }
        out.put(END_OF_LINE);
    }

    private static void line(Head head, int i, OutputBuffer out) {
        out.put(head.bytes(), head.nameStart(i), head.nameEnd(i))
                .put(SEPARATOR)
                .put(head.bytes(), head.valueStart(i), head.valueEnd(i))
                .put(END_OF_LINE);
    }
}
