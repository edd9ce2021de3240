package dev.sluice.gateway.wire;

/**
 * Finds and parses heads. Requests are read strictly; of a pod's response a bare LF is tolerated, as its bytes decide
 * about nobody else's message.
 */
public final class HeadParser {
    private static final byte[] CHUNKED = Ascii.bytes("chunked");
    private static final byte[] CLOSE = Ascii.bytes("close");
    private static final byte[] KEEP_ALIVE = Ascii.bytes("keep-alive");
    private static final byte[] UPGRADE = Ascii.bytes("upgrade");
    private static final byte[] CONTINUE = Ascii.bytes("100-continue");
    private static final byte[] TRAILERS = Ascii.bytes("trailers");
    private static final byte[] HTTP_1 = Ascii.bytes("HTTP/1.");

    private int scanned;

    /** Length of the head that starts the buffer, or 0 when more bytes are needed. Remembers how far it looked. */
    public int complete(InputBuffer in) throws HttpFault {
        byte[] bytes = in.bytes();
        int limit = in.limit();
        for (int i = in.position() + scanned; i < limit; i++) {
            if (bytes[i] == '\n' && i + 1 < limit) {
                int next = bytes[i + 1] == '\r' ? i + 2 : i + 1;
                if (next < limit && bytes[next] == '\n') {
                    scanned = 0;
                    return next + 1 - in.position();
                }
            }
        }
        if (in.isFull()) {
            throw new HttpFault(431, "head is larger than " + bytes.length + " bytes");
        }
        scanned = Math.max(0, in.available() - 2);
        return 0;
    }

    /** Skips blank lines that clients put between requests (RFC 9112, 2.2). */
    public static void skipBlankLines(InputBuffer in) {
        while (in.available() > 0) {
            byte b = in.bytes()[in.position()];
            if (b != '\r' && b != '\n') {
                return;
            }
            in.consume(1);
        }
    }

    /** Parses a request head of {@code length} bytes at the start of the buffer. Consumes nothing. */
    public void request(InputBuffer in, int length, Head head) throws HttpFault {
        head.reset(in.bytes(), in.position(), in.position() + length);
        head.contentLength = 0;
        byte[] bytes = head.bytes;
        int at = head.start;
        while (Ascii.isToken(bytes[at])) {
            at++;
        }
        if (at == head.start || bytes[at] != ' ') {
            throw bad("malformed request line");
        }
        head.firstEnd = at++;
        head.secondStart = at;
        while ((bytes[at] > 0x20 && bytes[at] != 0x7f) || bytes[at] < 0) {
            at++;
        }
        if (at == head.secondStart || bytes[at] != ' ') {
            throw bad("malformed request target");
        }
        head.secondEnd = at++;
        at = version(head, at);
        if (bytes[at] != '\r' || bytes[at + 1] != '\n') {
            throw bad("malformed request line");
        }
        boolean length0 = fields(head, at + 2, true);
        if (head.chunked && (length0 || head.http10)) {
            throw bad("ambiguous message length");
        }
    }

    /** Parses a response head of {@code length} bytes at the start of the buffer. Consumes nothing. */
    public void response(InputBuffer in, int length, Head head) throws HttpFault {
        head.reset(in.bytes(), in.position(), in.position() + length);
        byte[] bytes = head.bytes;
        int at = version(head, head.start);
        if (bytes[at] != ' ') {
            throw bad("malformed status line");
        }
        head.secondStart = ++at;
        for (int i = 0; i < 3; i++, at++) {
            if (bytes[at] < '0' || bytes[at] > '9') {
                throw bad("malformed status line");
            }
            head.status = head.status * 10 + bytes[at] - '0';
        }
        if (head.status < 100) {
            throw bad("malformed status line");
        }
        while (Ascii.isFieldValue(bytes[at])) {
            at++;
        }
        head.secondEnd = at;
        at = lineEnd(head, at, false);
        boolean length0 = fields(head, at, false);
        if (head.chunked && length0) {
            head.close = true; // RFC 9112, 6.3: chunked wins, the connection must not be trusted afterwards
        }
    }

    private static int version(Head head, int at) throws HttpFault {
        byte[] bytes = head.bytes;
        if (head.end - at < HTTP_1.length + 2) {
            throw bad("malformed version");
        }
        for (int i = 0; i < HTTP_1.length; i++) {
            if (bytes[at + i] != HTTP_1[i]) {
                throw new HttpFault(bytes[at] == 'H' ? 505 : 400, "unsupported version");
            }
        }
        byte minor = bytes[at + HTTP_1.length];
        if (minor != '0' && minor != '1') {
            throw new HttpFault(505, "unsupported version");
        }
        head.http10 = minor == '0';
        return at + HTTP_1.length + 1;
    }

    /** Reads all field lines; true when there was a Content-Length. */
    private static boolean fields(Head head, int from, boolean strict) throws HttpFault {
        byte[] bytes = head.bytes;
        int at = from;
        boolean sized = false;
        while (bytes[at] != '\r' && bytes[at] != '\n') {
            int nameStart = at;
            while (Ascii.isToken(bytes[at])) {
                at++;
            }
            int nameEnd = at;
            if (nameEnd == nameStart || bytes[at] != ':') {
                throw bad("malformed header field");
            }
            at++;
            while (isBlank(bytes[at])) {
                at++;
            }
            int valueStart = at;
            while (Ascii.isFieldValue(bytes[at])) {
                at++;
            }
            int valueEnd = at;
            while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1])) {
                valueEnd--;
            }
            at = lineEnd(head, at, strict);
            var field = Field.of(bytes, nameStart, nameEnd);
            head.add(field, nameStart, nameEnd, valueStart, valueEnd);
            if (field != Field.OTHER) {
                sized |= note(head, field, valueStart, valueEnd, sized);
            }
        }
        if (lineEnd(head, at, strict) != head.end) {
            throw bad("malformed end of head");
        }
        return sized;
    }

    private static boolean note(Head head, Field field, int start, int end, boolean sized) throws HttpFault {
        switch (field) {
            case CONTENT_LENGTH -> {
                long length = number(head.bytes, start, end);
                if (sized && length != head.contentLength) {
                    throw bad("two different Content-Length fields");
                }
                head.contentLength = length;
                return true;
            }
            case TRANSFER_ENCODING -> {
                if (head.chunked || !Ascii.equalsIgnoreCase(CHUNKED, head.bytes, start, end)) {
                    throw new HttpFault(501, "unsupported Transfer-Encoding");
                }
                head.chunked = true;
            }
            case CONNECTION -> connection(head, start, end);
            case EXPECT -> {
                if (!Ascii.equalsIgnoreCase(CONTINUE, head.bytes, start, end)) {
                    throw new HttpFault(417, "unsupported expectation");
                }
                head.expectContinue = true;
            }
            case TE -> head.trailersWanted |= Ascii.equalsIgnoreCase(TRAILERS, head.bytes, start, end);
            default -> {
                // no bearing on framing
            }
        }
        return false;
    }

    private static void connection(Head head, int start, int end) {
        byte[] bytes = head.bytes;
        int at = start;
        while (at < end) {
            int from = at;
            while (at < end && bytes[at] != ',') {
                at++;
            }
            int to = at++;
            while (from < to && isBlank(bytes[from])) {
                from++;
            }
            while (to > from && isBlank(bytes[to - 1])) {
                to--;
            }
            if (Ascii.equalsIgnoreCase(CLOSE, bytes, from, to)) {
                head.close = true;
            } else if (Ascii.equalsIgnoreCase(KEEP_ALIVE, bytes, from, to)) {
                head.keepAlive = true;
            } else if (Ascii.equalsIgnoreCase(UPGRADE, bytes, from, to)) {
                head.upgradeNominated = true;
            } else if (to > from) {
                head.otherNominated = true;
            }
        }
    }

    private static long number(byte[] bytes, int start, int end) throws HttpFault {
        if (start == end || end - start > 18) {
            throw bad("malformed Content-Length");
        }
        long value = 0;
        for (int i = start; i < end; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                throw bad("malformed Content-Length");
            }
            value = value * 10 + bytes[i] - '0';
        }
        return value;
    }

    private static int lineEnd(Head head, int at, boolean strict) throws HttpFault {
        byte[] bytes = head.bytes;
        if (bytes[at] == '\r' && at + 1 < head.end && bytes[at + 1] == '\n') {
            return at + 2;
        }
        if (!strict && bytes[at] == '\n') {
            return at + 1;
        }
        throw bad("malformed line end");
    }

    static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    private static HttpFault bad(String message) {
        return new HttpFault(400, message);
    }
}
