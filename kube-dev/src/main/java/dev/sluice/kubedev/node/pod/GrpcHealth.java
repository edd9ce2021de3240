package dev.sluice.kubedev.node.pod;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Asks a gRPC server for its health over plain HTTP/2, with just the frames that one call needs. Header blocks of the
 * answer are not decoded: the message says the state, and an answer without a message is a refusal.
 */
final class GrpcHealth {

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RESET = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;

    private GrpcHealth() {}

    static ProbeAction.Outcome check(String host, int port, String service, int timeoutMillis) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), timeoutMillis);
            socket.setSoTimeout(timeoutMillis);
            var out = new ByteArrayOutputStream();
            out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            frame(out, SETTINGS, 0, 0, new byte[0]);
            frame(out, HEADERS, 4, 1, headers(host + ":" + port));
            frame(out, DATA, 1, 1, request(service));
            socket.getOutputStream().write(out.toByteArray());
            socket.getOutputStream().flush();
            return read(socket);
        } catch (IOException e) {
            return new ProbeAction.Outcome(
                    false,
                    "timeout: failed to connect service \"" + host + ":" + port + "\" within " + timeoutMillis / 1000
                            + "s: " + e.getMessage());
        }
    }

    private static ProbeAction.Outcome read(Socket socket) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        var message = new ByteArrayOutputStream();
        while (true) {
            int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt() & 0x7fffffff;
            byte[] payload = in.readNBytes(length);
            if ((type == SETTINGS || type == PING) && (flags & 1) == 0) {
                var acknowledgement = new ByteArrayOutputStream();
                frame(acknowledgement, type, 1, 0, type == PING ? payload : new byte[0]);
                socket.getOutputStream().write(acknowledgement.toByteArray());
                socket.getOutputStream().flush();
            } else if (type == GOAWAY || type == RESET) {
                return new ProbeAction.Outcome(false, "service unhealthy (the call was reset)");
            } else if (type == DATA && stream == 1) {
                message.writeBytes(payload);
            }
            if (stream == 1 && (type == DATA || type == HEADERS) && (flags & 1) == 1) {
                return judge(message.toByteArray());
            }
        }
    }

    /** The message is one field, number 1, of which 1 means SERVING. */
    private static ProbeAction.Outcome judge(byte[] message) {
        if (message.length < 5) {
            return new ProbeAction.Outcome(
                    false, "this server does not implement the grpc health protocol for that service");
        }
        boolean serving = message.length >= 7 && message[5] == 0x08 && message[6] == 1;
        return new ProbeAction.Outcome(serving, serving ? "" : "service unhealthy (responded with \"NOT_SERVING\")");
    }

    private static byte[] request(String service) {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        var proto = new ByteArrayOutputStream();
        if (name.length > 0) {
            proto.write(0x0a);
            proto.write(name.length);
            proto.writeBytes(name);
        }
        var framed = new ByteArrayOutputStream();
        framed.writeBytes(new byte[] {0, 0, 0, 0, (byte) proto.size()});
        framed.writeBytes(proto.toByteArray());
        return framed.toByteArray();
    }

    private static byte[] headers(String authority) {
        var block = new ByteArrayOutputStream();
        block.write(0x83); // :method POST
        block.write(0x86); // :scheme http
        literal(block, 4, "", "/grpc.health.v1.Health/Check");
        literal(block, 1, "", authority);
        literal(block, 0, "content-type", "application/grpc");
        literal(block, 0, "te", "trailers");
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, int index, String name, String value) {
        block.write(index);
        if (index == 0) {
            text(block, name);
        }
        text(block, value);
    }

    private static void text(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        block.write(bytes.length);
        block.writeBytes(bytes);
    }

    private static void frame(ByteArrayOutputStream out, int type, int flags, int stream, byte[] payload) {
        out.write(payload.length >> 16);
        out.write(payload.length >> 8);
        out.write(payload.length);
        out.write(type);
        out.write(flags);
        out.writeBytes(new byte[] {(byte) (stream >> 24), (byte) (stream >> 16), (byte) (stream >> 8), (byte) stream});
        out.writeBytes(payload);
    }
}
