package dev.sluice.e2e.conformance;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The client's side of a WebSocket through the gateway, by hand, as the JDK's cannot name another host than it dials. */
final class Socket implements AutoCloseable {
    private static final int LIMIT_MS = 60_000;
    private final java.net.Socket socket = new java.net.Socket();
    private final DataInputStream in;
    private final long opened = System.nanoTime();

    private Socket(URI uri) throws IOException {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), Caller.port(uri)), 10_000);
        socket.setSoTimeout(LIMIT_MS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        socket.getOutputStream()
                .write(("GET /socket HTTP/1.1\r\nHost: " + uri.getRawAuthority()
                                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
        var status = line();
        if (!status.contains(" 101 ")) {
            throw new IOException("no upgrade: " + status);
        }
        var accepted = false;
        for (var line = line(); !line.isEmpty(); line = line()) {
            accepted |= line.equalsIgnoreCase("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        }
        if (!accepted) {
            throw new IOException("not accepted with the key that was sent");
        }
    }

    static Socket open(String url) {
        try {
            return new Socket(URI.create(url));
        } catch (IOException e) {
            throw new UncheckedIOException(url, e);
        }
    }

    private String line() throws IOException {
        var text = new StringBuilder();
        for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
            if (c != '\r') {
                text.append((char) c);
            }
        }
        return text.toString();
    }

    /** Sends a text message and returns the next one that comes. */
    String ask(String text) {
        try {
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            var frame = ByteBuffer.allocate(bytes.length + 8).put((byte) 0x81);
            if (bytes.length < 126) {
                frame.put((byte) (0x80 | bytes.length));
            } else {
                frame.put((byte) (0x80 | 126)).putShort((short) bytes.length);
            }
            frame.put(new byte[4]).put(bytes); // a mask of zeros changes nothing
            socket.getOutputStream().write(frame.array(), 0, frame.position());
            int first = in.readUnsignedByte();
            int length = in.readUnsignedByte();
            if (length == 126) {
                length = in.readUnsignedShort();
            }
            var payload = new String(in.readNBytes(length), StandardCharsets.UTF_8);
            return (first & 0xF) == 1 ? payload : "frame " + (first & 0xF) + " " + payload;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How long after its opening the connection ended. */
    double secondsUntilClosed() {
        try {
            while (in.read() >= 0) {
                // a close frame may come before the end
            }
        } catch (IOException e) {
            if (e instanceof java.net.SocketTimeoutException) {
                throw new UncheckedIOException("still open", e);
            }
        }
        return (System.nanoTime() - opened) / 1e9;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException _) {
            // it is gone either way
        }
    }
}
