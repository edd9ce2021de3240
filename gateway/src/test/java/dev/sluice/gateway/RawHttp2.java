package dev.sluice.gateway;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** An HTTP/2 client that sends and gets single frames, and does nothing of its own accord. */
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

    /** {@code payload} in hexadecimal. */
    record Frame(int type, int flags, int stream, String payload) {}

    private final Socket socket;
    private final DataInputStream in;

    RawHttp2(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        in = new DataInputStream(socket.getInputStream());
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        send(new Frame(SETTINGS, NO_FLAG, 0, ""));
    }

    /** Begins {@code POST /} without ending it. */
    void post(int stream, String host) throws IOException {
        var hex = HexFormat.of();
        var authority = hex.toHexDigits((byte) host.length()) + hex.formatHex(host.getBytes(StandardCharsets.US_ASCII));
        send(new Frame(HEADERS, END_HEADERS, stream, "83848641" + authority));
    }

    void send(Frame frame) throws IOException {
        byte[] payload = HexFormat.of().parseHex(frame.payload());
        socket.getOutputStream()
                .write(ByteBuffer.allocate(9 + payload.length)
                        .putInt(payload.length << 8 | frame.type())
                        .put((byte) frame.flags())
                        .putInt(frame.stream())
                        .put(payload)
                        .array());
    }

    /** The next frame that is not about settings or windows. */
    Frame next() throws IOException {
        while (true) {
            int first = in.readInt();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            var payload = HexFormat.of().formatHex(in.readNBytes(first >>> 8));
            int type = first & 0xff;
            if (type != SETTINGS && type != WINDOW_UPDATE) {
                return new Frame(type, flags, stream, payload);
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
