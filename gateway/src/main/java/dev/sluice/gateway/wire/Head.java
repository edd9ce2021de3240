package dev.sluice.gateway.wire;

import java.util.Arrays;

/**
 * One request or response head, as offsets into the buffer it was read into; valid until that buffer is filled again.
 * Reused for every message of a connection. What decides framing and persistence is worked out while parsing.
 */
public final class Head {
    /** Body lengths that are not a number of bytes. */
    public static final long CHUNKED = -1;

    public static final long UNTIL_CLOSE = -2;

    static final int MOST_FIELDS = 256;
    private static final int SPAN = 4;

    byte[] bytes = new byte[0];
    int start;
    int end;
    /** Request: end of the method and bounds of the target. Response: bounds of status and reason. */
    int firstEnd;

    int secondStart;
    int secondEnd;
    int status;
    boolean http10;

    private int[] spans = new int[32 * SPAN];
    private Field[] fields = new Field[32];
    private int count;

    long contentLength;
    boolean chunked;
    boolean close;
    boolean keepAlive;
    boolean upgradeNominated;
    boolean otherNominated;
    boolean expectContinue;
    boolean trailersWanted;

    void reset(byte[] source, int from, int to) {
        bytes = source;
        start = from;
        end = to;
        status = 0;
        http10 = false;
        count = 0;
        contentLength = UNTIL_CLOSE;
        chunked = false;
        close = false;
        keepAlive = false;
        upgradeNominated = false;
        otherNominated = false;
        expectContinue = false;
        trailersWanted = false;
    }

    void add(Field field, int nameStart, int nameEnd, int valueStart, int valueEnd) throws HttpFault {
        if (count == fields.length) {
            if (count >= MOST_FIELDS) {
                throw new HttpFault(431, "too many header fields");
            }
            fields = Arrays.copyOf(fields, count * 2);
            spans = Arrays.copyOf(spans, count * 2 * SPAN);
        }
        fields[count] = field;
        int at = count * SPAN;
        spans[at] = nameStart;
        spans[at + 1] = nameEnd;
        spans[at + 2] = valueStart;
        spans[at + 3] = valueEnd;
        count++;
    }

    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return end - start;
    }

    public int count() {
        return count;
    }

    public Field field(int i) {
        return fields[i];
    }

    public int nameStart(int i) {
        return spans[i * SPAN];
    }

    public int nameEnd(int i) {
        return spans[i * SPAN + 1];
    }

    public int valueStart(int i) {
        return spans[i * SPAN + 2];
    }

    public int valueEnd(int i) {
        return spans[i * SPAN + 3];
    }

    /** Index of the first field of this kind, or -1. */
    public int find(Field field) {
        for (int i = 0; i < count; i++) {
            if (fields[i] == field) {
                return i;
            }
        }
        return -1;
    }

    public boolean has(Field field) {
        return find(field) >= 0;
    }

    public String value(int i) {
        return Ascii.text(bytes, valueStart(i), valueEnd(i));
    }

    /** Method of a request. */
    public boolean methodIs(byte[] method) {
        return Arrays.equals(bytes, start, firstEnd, method, 0, method.length);
    }

    public int methodStart() {
        return start;
    }

    public int methodEnd() {
        return firstEnd;
    }

    public int targetStart() {
        return secondStart;
    }

    public int targetEnd() {
        return secondEnd;
    }

    /** Status of a response. */
    public int status() {
        return status;
    }

    public int statusStart() {
        return secondStart;
    }

    public int reasonEnd() {
        return secondEnd;
    }

    public boolean http10() {
        return http10;
    }

    /** Bytes of a request's body, or {@link #CHUNKED}. */
    public long requestBody() {
        return chunked ? CHUNKED : Math.max(0, contentLength);
    }

    /** Bytes of a response's body, {@link #CHUNKED} or {@link #UNTIL_CLOSE}. */
    public long responseBody(boolean toHead) {
        if (toHead || status < 200 || status == 204 || status == 304) {
            return 0;
        }
        return chunked ? CHUNKED : contentLength;
    }

    public boolean chunked() {
        return chunked;
    }

    /** Whether the sender keeps the connection open after this message. */
    public boolean persistent() {
        return !close && (!http10 || keepAlive);
    }

    public boolean expectContinue() {
        return expectContinue;
    }

    public boolean trailersWanted() {
        return trailersWanted;
    }

    /** Whether this is a request for, or an answer with, another protocol. */
    public boolean upgrade() {
        return upgradeNominated && has(Field.UPGRADE);
    }

    /** Whether {@code Connection} names this field, so that it ends at this hop. */
    public boolean nominated(int i) {
        if (!otherNominated) {
            return false;
        }
        for (int c = 0; c < count; c++) {
            if (fields[c] == Field.CONNECTION && nominates(c, i)) {
                return true;
            }
        }
        return false;
    }

    private boolean nominates(int connection, int i) {
        int at = valueStart(connection);
        int stop = valueEnd(connection);
        int length = nameEnd(i) - nameStart(i);
        while (at < stop) {
            int comma = at;
            while (comma < stop && bytes[comma] != ',') {
                comma++;
            }
            int from = at;
            int to = comma;
            while (from < to && HeadParser.isBlank(bytes[from])) {
                from++;
            }
            while (to > from && HeadParser.isBlank(bytes[to - 1])) {
                to--;
            }
            if (to - from == length && sameName(from, nameStart(i), length)) {
                return true;
            }
            at = comma + 1;
        }
        return false;
    }

    private boolean sameName(int a, int b, int length) {
        for (int k = 0; k < length; k++) {
            if (Ascii.lower(bytes[a + k]) != Ascii.lower(bytes[b + k])) {
                return false;
            }
        }
        return true;
    }
}
