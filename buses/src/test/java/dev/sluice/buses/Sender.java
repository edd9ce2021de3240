package dev.sluice.buses;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;

/** Posts to an ingress with any Host header, one connection per request. */
public final class Sender {
    private final int port;

    public Sender(int port) {
        this.port = port;
    }

    /** The status line and headers, and the body. */
    public record Reply(int status, String head, String body) {}

    public Reply post(String host, Map<String, String> headers, String body) {
        return send("POST", "/", host, headers, body);
    }

    public Reply event(String channelHost, String id) {
        return event(channelHost, id, "data of " + id);
    }

    public Reply event(String channelHost, String id, String data) {
        return post(
                channelHost,
                Map.of(
                        "ce-specversion", "1.0",
                        "ce-id", id,
                        "ce-type", "dev.sluice.test",
                        "ce-source", "/tests",
                        "content-type", "text/plain"),
                data);
    }

    public Reply send(String method, String path, String host, Map<String, String> headers, String body) {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            var out = socket.getOutputStream();
            out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
            out.write(bytes);
            out.flush();
            var in = new BufferedInputStream(socket.getInputStream());
            var answer = new StringBuilder();
            while (answer.indexOf("\r\n\r\n") < 0) {
                int c = in.read();
                if (c < 0) {
                    throw new EOFException("the ingress closed the connection after: " + answer);
                }
                answer.append((char) c);
            }
            var length = Pattern.compile("(?i)content-length: *(\\d+)").matcher(answer);
            var text = length.find() ? in.readNBytes(Integer.parseInt(length.group(1))) : new byte[0];
            return new Reply(
                    Integer.parseInt(answer.substring(9, 12)),
                    answer.toString(),
                    new String(text, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
