package dev.sluice.gateway;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/** An HTTP/2 client that sends and gets single frames, and does nothing of its own accord but keep to its windows. */
final class RawHttp2 implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RESET = 3;
    static final int PING = 6;
    static final int NO_FLAG = 0;
    static final int ACK = 1;
    static final int END_STREAM = 1;
    private static final int SETTINGS = 4;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_HEADERS = 4;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int FIRST_WINDOW = 65_535;
    private static final int FRAME_BYTES = 16 * 1024;
    private static final int HEAD_BYTES = 9;
    private static final int REFILL = 1 << 20;

    /** {@code payload} in hexadecimal. */
    record Frame(int type, int flags, int stream, String payload) {}

    private final Socket socket;
    private final DataInputStream in;
    /** What the gateway takes yet, of the connection and of the stream that sends. */
    private long connectionWindow = FIRST_WINDOW;

    private long streamWindow = FIRST_WINDOW;

    RawHttp2(int port) throws IOException {
        this(port, "");
    }

    /** One that gives no stream a window. */
    static RawHttp2 takingNothing(int port) throws IOException {
        return new RawHttp2(port, "000400000000");
    }

    private RawHttp2(int port, String settings) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        send(new Frame(SETTINGS, NO_FLAG, 0, settings));
    }

    /** Begins a {@code POST} without ending it. */
    void post(int stream, String host, String path) throws IOException {
        send(new Frame(HEADERS, END_HEADERS, stream, "8386" + literal("41", host) + literal("04", path)));
    }

    void get(int stream, String host, String path) throws IOException {
        send(new Frame(HEADERS, END_HEADERS | END_STREAM, stream, "8286" + literal("41", host) + literal("04", path)));
    }

    private static String literal(String name, String value) {
        var hex = HexFormat.of();
        return name + hex.toHexDigits((byte) value.length()) + hex.formatHex(value.getBytes(StandardCharsets.US_ASCII));
    }

    /** Sends {@link LargeBody} as fast as the gateway takes it. */
    void sendLargeBody(int stream, AtomicLong sent) throws IOException {
        var frame = new byte[HEAD_BYTES + FRAME_BYTES];
        for (long position = 0; position < LargeBody.BYTES; ) {
            long room = Math.min(Math.min(connectionWindow, streamWindow), LargeBody.BYTES - position);
            if (room == 0) {
                if (read().type() == RESET) {
                    throw new IOException("the stream was reset");
                }
                continue;
            }
            int length = (int) Math.min(FRAME_BYTES, room);
            LargeBody.copy(position, frame, HEAD_BYTES, length);
            position += length;
            connectionWindow -= length;
            streamWindow -= length;
            ByteBuffer.wrap(frame)
                    .putInt(length << 8 | DATA)
                    .put((byte) (position == LargeBody.BYTES ? END_STREAM : NO_FLAG))
                    .putInt(stream);
            socket.getOutputStream().write(frame, 0, HEAD_BYTES + length);
            sent.set(position);
        }
    }

    /** Reads the data of a stream to its end: their checksum. */
    long checksum(int stream) throws IOException {
        var sum = new CRC32C();
        var payload = new byte[FRAME_BYTES];
        int taken = REFILL; // at once, as windows are small at first
        while (true) {
            if (taken >= REFILL) {
                for (int id : new int[] {0, stream}) {
                    send(new Frame(WINDOW_UPDATE, NO_FLAG, id, HexFormat.of().toHexDigits(taken)));
                }
                taken = 0;
            }
            int first = in.readInt();
            int flags = in.readUnsignedByte();
            int id = in.readInt();
            in.readFully(payload, 0, first >>> 8);
            if ((first & 0xff) == DATA && id == stream) {
                sum.update(payload, 0, first >>> 8);
                taken += first >>> 8;
                if ((flags & END_STREAM) != 0) {
                    return sum.getValue();
                }
            } else if ((first & 0xff) == RESET) {
                throw new IOException("the stream was reset");
            }
        }
    }

    void send(Frame frame) throws IOException {
        byte[] payload = HexFormat.of().parseHex(frame.payload());
        socket.getOutputStream()
                .write(ByteBuffer.allocate(HEAD_BYTES + payload.length)
                        .putInt(payload.length << 8 | frame.type())
                        .put((byte) frame.flags())
                        .putInt(frame.stream())
                        .put(payload)
                        .array());
    }

    /** The next frame that is not about settings or windows. */
    Frame next() throws IOException {
        while (true) {
            var frame = read();
            if (frame.type() != SETTINGS && frame.type() != WINDOW_UPDATE) {
                return frame;
            }
        }
    }

    /** Reads what comes, until the gateway closes; false when it takes too long. */
    boolean untilClosed() throws IOException {
        try {
            while (true) {
                read();
            }
        } catch (java.io.EOFException _) {
            return true;
        } catch (java.net.SocketTimeoutException _) {
            return false;
        }
    }

    private Frame read() throws IOException {
        int first = in.readInt();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        var payload = in.readNBytes(first >>> 8);
        var values = ByteBuffer.wrap(payload);
        int type = first & 0xff;
        if (type == WINDOW_UPDATE && stream == 0) {
            connectionWindow += values.getInt();
        } else if (type == WINDOW_UPDATE) {
            streamWindow += values.getInt();
        } else if (type == SETTINGS && flags != ACK) {
            send(new Frame(SETTINGS, ACK, 0, ""));
            while (values.hasRemaining()) {
                if (values.getShort() == INITIAL_WINDOW_SIZE) {
                    streamWindow += values.getInt() - FIRST_WINDOW;
                } else {
                    values.getInt();
                }
            }
        }
        return new Frame(type, flags, stream, HexFormat.of().formatHex(payload));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
