package dev.sluice.gateway.wire;

/**
 * Follows a chunked body byte by byte, checking its grammar strictly, so that the very bytes can be passed on and the
 * end of the message is where every other server sees it. Can squeeze the framing out for a reader that has none.
 */
public final class ChunkScanner {
    private enum State {
        SIZE_START,
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER_START,
        TRAILER_NAME,
        TRAILER_VALUE,
        TRAILER_LF,
        END_LF,
        DONE
    }

    private static final int MOST_EXTENSION_BYTES = 4096;

    private final int mostTrailerBytes;
    private State state = State.SIZE_START;
    private long left;
    private int digits;
    private int extra;

    public ChunkScanner(int mostTrailerBytes) {
        this.mostTrailerBytes = mostTrailerBytes;
    }

    public ChunkScanner reset() {
        state = State.SIZE_START;
        left = 0;
        digits = 0;
        extra = 0;
        return this;
    }

    public boolean done() {
        return state == State.DONE;
    }

    /** Whether the message could end here: no chunk has begun. */
    public boolean betweenChunks() {
        return state == State.SIZE_START;
    }

    /** How many of the bytes belong to this message; fewer than given only when it is {@link #done}. */
    public int scan(byte[] bytes, int from, int to) throws HttpFault {
        return walk(bytes, from, to, null);
    }

    /** As {@link #scan}, appending only the data to {@code data}. */
    public int decode(byte[] bytes, int from, int to, OutputBuffer data) throws HttpFault {
        return walk(bytes, from, to, data);
    }

    private int walk(byte[] bytes, int from, int to, @org.jspecify.annotations.Nullable OutputBuffer data)
            throws HttpFault {
        int at = from;
        while (at < to && state != State.DONE) {
            if (state == State.DATA) {
                int count = (int) Math.min(left, to - at);
                if (data != null) {
                    data.put(bytes, at, at + count);
                }
                at += count;
                left -= count;
                if (left == 0) {
                    state = State.DATA_CR;
                }
            } else {
                state = next(bytes[at++]);
            }
        }
        return at - from;
    }

    private State next(byte b) throws HttpFault {
        return switch (state) {
            case SIZE_START, SIZE -> size(b);
            case EXTENSION -> {
                if (b == '\r') {
                    yield State.SIZE_LF;
                }
                yield counted(Ascii.isFieldValue(b), MOST_EXTENSION_BYTES, State.EXTENSION);
            }
            case SIZE_LF -> {
                expect(b, '\n');
                extra = 0;
                yield left == 0 ? State.TRAILER_START : State.DATA;
            }
            case DATA_CR -> {
                expect(b, '\r');
                yield State.DATA_LF;
            }
            case DATA_LF -> {
                expect(b, '\n');
                digits = 0;
                yield State.SIZE_START;
            }
            case TRAILER_START ->
                b == '\r' ? State.END_LF : counted(Ascii.isToken(b), mostTrailerBytes, State.TRAILER_NAME);
            case TRAILER_NAME -> {
                if (b == ':') {
                    yield State.TRAILER_VALUE;
                }
                yield counted(Ascii.isToken(b), mostTrailerBytes, State.TRAILER_NAME);
            }
            case TRAILER_VALUE -> {
                if (b == '\r') {
                    yield State.TRAILER_LF;
                }
                yield counted(Ascii.isFieldValue(b), mostTrailerBytes, State.TRAILER_VALUE);
            }
            case TRAILER_LF -> {
                expect(b, '\n');
                yield State.TRAILER_START;
            }
            case END_LF -> {
                expect(b, '\n');
                yield State.DONE;
            }
            case DATA, DONE -> throw new IllegalStateException("no framing expected in " + state);
        };
    }

    private State size(byte b) throws HttpFault {
        int digit = Character.digit(b, 16);
        if (digit >= 0) {
            if (++digits > 15) {
                throw new HttpFault(400, "chunk size is too large");
            }
            left = left * 16 + digit;
            return State.SIZE;
        }
        if (digits == 0) {
            throw malformed();
        }
        if (b == '\r') {
            return State.SIZE_LF;
        }
        return counted(b == ';' || HeadParser.isBlank(b), MOST_EXTENSION_BYTES, State.EXTENSION);
    }

    private State counted(boolean legal, int most, State then) throws HttpFault {
        if (!legal) {
            throw malformed();
        }
        if (++extra > most) {
            throw new HttpFault(431, "chunk extension or trailers are too large");
        }
        return then;
    }

    private static void expect(byte b, char wanted) throws HttpFault {
        if (b != wanted) {
            throw malformed();
        }
    }

    private static HttpFault malformed() {
        return new HttpFault(400, "malformed chunked body");
    }
}
