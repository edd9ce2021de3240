package dev.sluice.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** One request on a connection of its own, without a client library whose time would count. */
final class Requests {
    private static final int CONNECT_MILLIS = 2_000;
    private static final int READ_MILLIS = 120_000;

    /** Status of the answer to {@code GET /}. */
    static int get(InetSocketAddress address, String host) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(address, CONNECT_MILLIS);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(READ_MILLIS);
            var request = "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            var line = in.readLine();
            if (line == null) {
                throw new IOException("closed without an answer");
            }
            for (var field = in.readLine(); field != null && !field.isEmpty(); field = in.readLine()) {
                // the head counts as the answer: not every pod closes after it
            }
            return Integer.parseInt(line.split(" ", -1)[1]);
        }
    }

    /** Asks until the first 200. */
    static void untilAnswered(InetSocketAddress address, Duration limit) throws IOException, InterruptedException {
        long began = System.nanoTime();
        while (true) {
            try {
                if (get(address, "bench") == 200) {
                    return;
                }
            } catch (IOException e) {
                if (System.nanoTime() - began > limit.toNanos()) {
                    throw e;
                }
            }
            Thread.sleep(pause(System.nanoTime() - began));
        }
    }

    /** As the gateway's prober does: many that wait long must not take the processors from what they wait for. */
    private static Duration pause(long waitedNanos) {
        return Duration.ofNanos(Math.clamp(waitedNanos / 64, 2_000_000L, 100_000_000L));
    }

    private Requests() {}
}
