package dev.sluice.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A pod that answers exactly the bytes a test wants, connection by connection, and keeps every head it got. */
final class RawUpstream implements AutoCloseable {
    /** What to do with one request whose head has been read. Returns false to end the connection. */
    interface Script {
        boolean answer(String head, InputStream in, OutputStream out) throws IOException, InterruptedException;
    }

    final Queue<String> heads = new ConcurrentLinkedQueue<>();
    final AtomicInteger connections = new AtomicInteger();
    private final ServerSocket server;
    private final Script script;
    private final int port;
    private final Thread acceptor;
    private @Nullable Socket reserved;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    RawUpstream(Script script) {
        this(0, script);
    }

    RawUpstream(int port, Script script) {
        this.script = script;
        try {
            server = new ServerSocket(port, 1024, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.port = server.getLocalPort();
        this.acceptor = Thread.ofVirtual().start(this::accept);
    }

    /** Answers every request with 200 and this text. */
    static RawUpstream saying(String text) {
        return new RawUpstream((head, in, out) -> {
            readBody(head, in);
            write(out, ok(text));
            return true;
        });
    }

    static String ok(String text) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + text.length() + "\r\n\r\n" + text;
    }

    static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    int port() {
        return port;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var socket = server.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException _) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new BufferedInputStream(socket.getInputStream());
            var out = socket.getOutputStream();
            var head = readHead(in);
            if (!head.isEmpty()) {
                connections.incrementAndGet();
            }
            while (!head.isEmpty()) {
                heads.add(head);
                if (!script.answer(head, in, out)) {
                    return;
                }
                head = readHead(in);
            }
        } catch (IOException _) {
            // the gateway closed it
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    static String readHead(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return "";
            }
            head.append((char) b);
        }
        return head.toString();
    }

    /** Reads a body as its head announces it, with its framing when it is chunked. */
    static String readBody(String head, InputStream in) throws IOException {
        var lower = head.toLowerCase(java.util.Locale.ROOT);
        if (lower.contains("transfer-encoding: chunked")) {
            var body = new StringBuilder();
            while (!body.toString().endsWith("\r\n\r\n")
                    || !(body.toString().startsWith("0\r\n") || body.toString().contains("\r\n0\r\n"))) {
                int b = in.read();
                if (b < 0) {
                    throw new IOException("cut");
                }
                body.append((char) b);
            }
            return body.toString();
        }
        int at = lower.indexOf("content-length: ");
        if (at < 0) {
            return "";
        }
        int length = Integer.parseInt(lower.substring(at + 16, lower.indexOf("\r\n", at)));
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new IOException("cut");
        }
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    /** Closes connections without notice, as a pod does that has had enough of idle ones. */
    void closeConnections() {
        for (var socket : open) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    int openConnections() {
        return open.size();
    }

    @Override
    public void close() {
        shut();
        try {
            if (reserved != null) {
                reserved.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on connections are refused; the port stays ours, so that no other program of this machine answers there. */
    void stop() {
        shut();
        try {
            acceptor.join(); // it holds the port until it has noticed
            reserved = new Socket();
            reserved.setReuseAddress(true);
            reserved.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void shut() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        closeConnections();
    }
}
