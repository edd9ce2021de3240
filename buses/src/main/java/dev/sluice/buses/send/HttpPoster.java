package dev.sluice.buses.send;

import dev.sluice.buses.trust.Authorities;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Posts over HTTP/1.1 with blocking connections that are kept and used again. Our own because the JDK's client neither lets the
 * Host header differ from the address nor comes near the throughput of a plain socket on virtual threads.
 */
final class HttpPoster implements AutoCloseable {
    private static final int KEPT_PER_TARGET = 256;
    private static final int TRUSTING_MOST = 1_000;
    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final HostResolver resolver;
    private final Map<Target, Deque<HttpConnection>> idle = new ConcurrentHashMap<>();
    private final Map<String, SSLSocketFactory> trusting = new ConcurrentHashMap<>();
    private volatile boolean closed;

    HttpPoster(HostResolver resolver) {
        this.resolver = resolver;
    }

    /** @param authorities PEM, beside those of this machine; null when those will do */
    private record Target(
            boolean tls, String host, int port, @Nullable String authorities) {}

    /**
     * @param authorities whose certificates are believed besides, PEM
     * @throws IOException when there is no complete answer in time
     */
    HttpAnswer post(URI url, @Nullable String authorities, Map<String, String> headers, byte[] body, Duration timeout)
            throws IOException {
        var target = target(url, authorities);
        long deadline = System.nanoTime() + timeout.toNanos();
        var request = head(url, target, headers, body.length);
        var kept = takeIdle(target);
        if (kept != null) {
            try {
                return exchange(target, kept, request, body, deadline);
            } catch (HttpConnection.StaleException _) {
                // the peer had closed it before it saw the request: this was no attempt
            }
        }
        return exchange(target, connect(target, deadline), request, body, deadline);
    }

    private HttpAnswer exchange(Target target, HttpConnection connection, byte[] head, byte[] body, long deadline)
            throws IOException {
        var reusable = false;
        try {
            var answer = connection.exchange(head, body, deadline);
            reusable = connection.reusable();
            return answer;
        } finally {
            if (reusable) {
                keep(target, connection);
            } else {
                connection.close();
            }
        }
    }

    private HttpConnection connect(Target target, long deadline) throws IOException {
        var address = resolver.resolve(target.host, target.port)
                .orElseGet(() -> new InetSocketAddress(target.host, target.port));
        if (address.isUnresolved()) {
            throw new IOException("no such host: " + target.host);
        }
        long left = Math.min(CONNECT.toNanos(), deadline - System.nanoTime());
        return HttpConnection.open(
                address, target.tls ? sockets(target.authorities) : null, target.host, Math.max(1, (int)
                        (left / 1_000_000)));
    }

    private SSLSocketFactory sockets(@Nullable String authorities) throws IOException {
        if (authorities == null || authorities.isBlank()) {
            return (SSLSocketFactory) SSLSocketFactory.getDefault();
        }
        var known = trusting.get(authorities);
        if (known != null) {
            return known;
        }
        try {
            var made = Authorities.besidesOurs(authorities).getSocketFactory();
            if (trusting.size() >= TRUSTING_MOST) {
                trusting.clear(); // made again by whoever needs one
            }
            trusting.put(authorities, made);
            return made;
        } catch (GeneralSecurityException e) {
            throw new IOException("CACerts of the destination: " + e.getMessage(), e);
        }
    }

    private @Nullable HttpConnection takeIdle(Target target) {
        var queue = idle.get(target);
        if (queue == null) {
            return null;
        }
        // the last used first: the others grow old and are closed
        for (var connection = queue.pollLast(); connection != null; connection = queue.pollLast()) {
            if (connection.fresh()) {
                return connection;
            }
            connection.close();
        }
        return null;
    }

    private void keep(Target target, HttpConnection connection) {
        var queue = idle.computeIfAbsent(target, _ -> new ConcurrentLinkedDeque<>());
        queue.addLast(connection);
        if (closed || queue.size() > KEPT_PER_TARGET) {
            var oldest = queue.pollFirst();
            if (oldest != null) {
                oldest.close();
            }
        }
    }

    private static Target target(URI url, @Nullable String authorities) throws IOException {
        var scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        if (url.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new IOException("not an http or https URL: " + url);
        }
        boolean tls = scheme.equals("https");
        int port = url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80;
        return new Target(tls, url.getHost().toLowerCase(Locale.ROOT), port, tls ? authorities : null);
    }

    private static byte[] head(URI url, Target target, Map<String, String> headers, int length) {
        var path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        var head = new StringBuilder(512)
                .append("POST ")
                .append(path)
                .append(url.getRawQuery() == null ? "" : "?" + url.getRawQuery())
                .append(" HTTP/1.1\r\nHost: ")
                .append(target.host)
                .append(target.port == (target.tls ? 443 : 80) ? "" : ":" + target.port)
                .append("\r\n");
        headers.forEach((name, value) -> head.append(name)
                .append(": ")
                .append(value.replace('\r', ' ').replace('\n', ' '))
                .append("\r\n"));
        head.append("Content-Length: ").append(length).append("\r\n\r\n");
        return head.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        closed = true;
        idle.values().forEach(queue -> {
            for (var connection = queue.poll(); connection != null; connection = queue.poll()) {
                connection.close();
            }
        });
    }
}
