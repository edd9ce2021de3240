package dev.sluice.testing.probe;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes answers of HTTP/1.1 that keep the connection. */
record Response(OutputStream out) {
    void send(int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        head("HTTP/1.1 " + status + " " + (status < 400 ? "OK" : "As asked")
                + "\r\nContent-Type: text/plain\r\nContent-Length: " + bytes.length + "\r\n\r\n");
        out.write(bytes);
        out.flush();
    }

    void startChunks() throws IOException {
        head("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n");
        out.flush();
    }

    void chunk(String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        head(Integer.toHexString(bytes.length) + "\r\n");
        out.write(bytes);
        head("\r\n");
        out.flush();
    }

    void endChunks() throws IOException {
        head("0\r\n\r\n");
        out.flush();
    }

    void head(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
