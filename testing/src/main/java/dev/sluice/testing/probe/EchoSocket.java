package dev.sluice.testing.probe;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The server's side of a WebSocket that sends every message back after an optional prefix; RFC 6455 without fragments. */
final class EchoSocket {
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    static void serve(Request request, InputStream raw, Response response, String prefix) throws IOException {
        response.head(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                        + accept(request.header("sec-websocket-key", "")) + "\r\n\r\n");
        response.out().flush();
        var in = new DataInputStream(raw);
        while (true) {
            int first = in.read();
            if (first < 0) {
                return;
            }
            int operation = first & 0xF;
            var payload = payload(in);
            switch (operation) {
                case CLOSE -> {
                    frame(response.out(), CLOSE, payload);
                    return;
                }
                case PING -> frame(response.out(), PONG, payload);
                case PONG -> {}
                default ->
                    frame(
                            response.out(),
                            operation,
                            (prefix + new String(payload, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static byte[] payload(DataInputStream in) throws IOException {
        int second = in.readUnsignedByte();
        int length = second & 0x7F;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = Math.toIntExact(in.readLong());
        }
        var mask = (second & 0x80) == 0 ? new byte[4] : in.readNBytes(4);
        var payload = in.readNBytes(length);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i % 4];
        }
        return payload;
    }

    private static void frame(OutputStream out, int operation, byte[] payload) throws IOException {
        out.write(0x80 | operation);
        if (payload.length < 126) {
            out.write(payload.length);
        } else {
            out.write(126);
            out.write(payload.length >> 8);
            out.write(payload.length);
        }
        out.write(payload);
        out.flush();
    }

    private static String accept(String key) {
        try {
            var digest = MessageDigest.getInstance("SHA-1").digest((key + MAGIC).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private EchoSocket() {}
}
