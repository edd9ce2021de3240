package dev.sluice.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** So many requests a second, whatever the answers do; a time counts from when its request should have been sent. */
final class PacedRequests {
    private static final int CONNECTIONS = 32;
    private static final int LONGEST_HEAD = 16 * 1024;
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private PacedRequests() {}

    static Times run(int port, int perSecond, Duration length) throws IOException, InterruptedException {
        var times = new Times();
        long step = 1_000_000_000L / perSecond;
        long begin = System.nanoTime() + 50_000_000L;
        long end = begin + length.toNanos();
        AtOnce.run(CONNECTIONS, i -> () -> {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                socket.setTcpNoDelay(true);
                var in = new BufferedInputStream(socket.getInputStream());
                var out = socket.getOutputStream();
                for (long due = begin + i * step; due < end; due += CONNECTIONS * step) {
                    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                        LockSupport.parkNanos(left);
                    }
                    out.write(REQUEST);
                    answer(in);
                    times.add(Duration.ofNanos(System.nanoTime() - due));
                }
            }
        });
        return times;
    }

    private static void answer(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int read = in.read();
            if (read < 0 || head.length() > LONGEST_HEAD) {
                throw new EOFException("no whole answer: " + head);
            }
            head.append((char) read);
        }
        if (!head.substring(0, 12).endsWith("200")) {
            throw new IOException("answered " + head);
        }
        for (var line : head.toString().split("\r\n", -1)) {
            var field = line.toLowerCase(Locale.ROOT);
            if (field.startsWith("content-length:")) {
                in.skipNBytes(
                        Long.parseLong(field.substring(field.indexOf(':') + 1).strip()));
            }
        }
    }
}
