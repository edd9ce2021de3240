package dev.sluice.app.demo;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * One client with one kept connection, so that a latency is the platform's and not a client library's. It takes a URL as a
 * user has it; {@code *.localhost} is this machine.
 */
final class Caller implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    record Answer(int status, String body, long nanos) {}

    private final String host;
    private final int port;
    private final String path;
    private final Socket socket;
    private final InputStream in;

    Caller(String url) throws IOException {
        var uri = URI.create(url);
        host = uri.getRawAuthority();
        port = uri.getPort() < 0 ? 80 : uri.getPort();
        path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        var address = uri.getHost().endsWith(".localhost")
                ? InetAddress.getLoopbackAddress()
                : InetAddress.getByName(uri.getHost());
        socket = new Socket(address, port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) LIMIT.toMillis());
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** One request on a connection of its own. */
    static Answer once(String url) throws IOException {
        long start = System.nanoTime();
        try (var caller = new Caller(url)) {
            var answer = caller.get();
            return new Answer(answer.status(), answer.body(), System.nanoTime() - start);
        }
    }

    Answer get() throws IOException {
        return exchange("GET", Map.of(), "");
    }

    Answer post(Map<String, String> headers, String body) throws IOException {
        return exchange("POST", headers, body);
    }

    private Answer exchange(String method, Map<String, String> headers, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (!method.equals("GET")) {
            head.append("Content-Length: ").append(bytes.length).append("\r\n");
        }
        head.append("\r\n");
        var request = new ByteArrayOutputStream();
        request.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(bytes);
        long start = System.nanoTime();
        request.writeTo(socket.getOutputStream());
        return answer(start);
    }

    private Answer answer(long start) throws IOException {
        var status = line();
        long length = 0;
        boolean chunked = false;
        for (var header = line(); !header.isEmpty(); header = line()) {
            var lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Long.parseLong(lower.substring(15).strip());
            } else if (lower.startsWith("transfer-encoding:") && lower.contains("chunked")) {
                chunked = true;
            }
        }
        var body = new ByteArrayOutputStream();
        if (chunked) {
            for (int size = chunk(); size > 0; size = chunk()) {
                body.writeBytes(in.readNBytes(size));
                line();
            }
            line();
        } else {
            body.writeBytes(in.readNBytes((int) length));
        }
        return new Answer(
                Integer.parseInt(status.substring(9, 12)),
                body.toString(StandardCharsets.UTF_8),
                System.nanoTime() - start);
    }

    private int chunk() throws IOException {
        return Integer.parseInt(line().replaceFirst(";.*", "").strip(), 16);
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("the gateway closed the connection");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
