package dev.sluice.bench.events;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A producer of binary events of 1 KiB, over kept connections, one event a request: at a pace, or as fast as it is answered. */
final class Load {
    static final int BODY = 1024;
    private static final int CONNECTIONS = 64;

    private final int port;
    private final String host;
    private final Latencies acknowledged = new Latencies();
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    Load(int port, String host) {
        this.port = port;
        this.host = host;
    }

    /** @param acknowledged from sending to 202 */
    record Sent(long accepted, long refused, double seconds, Latencies.Summary acknowledged) {}

    /** @param perSecond 0 for as fast as it is answered */
    Sent run(int perSecond, Duration length) throws InterruptedException {
        long start = System.nanoTime();
        long end = start + length.toNanos();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < CONNECTIONS; i++) {
            threads.add(Thread.startVirtualThread(() -> produce(start, end, perSecond)));
        }
        for (var thread : threads) {
            thread.join();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        var summary = acknowledged.take();
        return new Sent(summary.count(), refused.get(), seconds, summary);
    }

    private void produce(long start, long end, int perSecond) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                long number = next.getAndIncrement();
                long due = perSecond == 0 ? System.nanoTime() : start + TimeUnit.SECONDS.toNanos(number) / perSecond;
                if (due >= end) {
                    return;
                }
                TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
                // from when it should have been sent: a producer that falls behind does not hide that
                socket.getOutputStream().write(request(number, due));
                if (status(in) == 202) {
                    acknowledged.add(System.nanoTime() - due);
                } else {
                    refused.incrementAndGet();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private byte[] request(long number, long due) {
        var head = "POST / HTTP/1.1\r\nHost: " + host + "\r\nce-specversion: 1.0\r\nce-id: " + number
                + "\r\nce-type: dev.sluice.bench\r\nce-source: /bench\r\nce-sentnanos: " + due
                + "\r\ncontent-type: application/octet-stream\r\ncontent-length: " + BODY + "\r\n\r\n";
        var bytes = head.getBytes(StandardCharsets.US_ASCII);
        var request = new byte[bytes.length + BODY];
        System.arraycopy(bytes, 0, request, 0, bytes.length);
        return request;
    }

    private static int status(InputStream in) throws IOException {
        var head = new StringBuilder(128);
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("closed after " + head);
            }
            head.append((char) c);
        }
        var text = head.toString().toLowerCase(Locale.ROOT);
        int at = text.indexOf("content-length: ");
        if (at >= 0) {
            in.skipNBytes(Long.parseLong(
                    text.substring(at + 16, text.indexOf('\r', at)).strip()));
        }
        return Integer.parseInt(text.substring(9, 12));
    }
}
