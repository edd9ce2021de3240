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
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
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
    /** A connection that is not used for longer is closed: most servers do so after five seconds. */
    private static final Duration KEEP = Duration.ofSeconds(4);

    private static final Duration SWEEP = Duration.ofSeconds(2);

    private final HostResolver resolver;
    private final LongSupplier nanos;
    private final Map<Target, Deque<Kept>> idle = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor timer;
    private final Map<String, SSLSocketFactory> trusting = new ConcurrentHashMap<>();
    private volatile boolean closed;

    HttpPoster(HostResolver resolver) {
        this(resolver, System::nanoTime);
    }

    /** @param nanos by which kept connections grow old */
    HttpPoster(HostResolver resolver, LongSupplier nanos) {
        this.resolver = resolver;
        this.nanos = nanos;
        this.timer = new ScheduledThreadPoolExecutor(
                1,
                Thread.ofPlatform().daemon().name("deadlines of deliveries").factory(),
                new ThreadPoolExecutor.DiscardPolicy()); // of what is attempted while it is closed
        timer.setRemoveOnCancelPolicy(true);
        var _ = timer.scheduleWithFixedDelay(this::sweep, SWEEP.toNanos(), SWEEP.toNanos(), TimeUnit.NANOSECONDS);
    }

    private record Kept(HttpConnection connection, long since) {}

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
                // the peer had closed it before it saw the whole request: this was no attempt
            }
        }
        return exchange(target, connect(target, deadline), request, body, deadline);
    }

    private HttpAnswer exchange(Target target, HttpConnection connection, byte[] head, byte[] body, long deadline)
            throws IOException {
        var reusable = false;
        try {
            var answer = connection.exchange(head, body, deadline, timer);
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
        for (var kept = queue.pollLast(); kept != null; kept = queue.pollLast()) {
            if (isFresh(kept) && kept.connection.isOpen()) {
                return kept.connection;
            }
            kept.connection.close();
        }
        return null;
    }

    private boolean isFresh(Kept kept) {
        return nanos.getAsLong() - kept.since < KEEP.toNanos();
    }

    private void keep(Target target, HttpConnection connection) {
        // at once with what sweeps, which throws an empty queue away
        idle.compute(target, (_, known) -> {
            var queue = known == null ? new ConcurrentLinkedDeque<Kept>() : known;
            queue.addLast(new Kept(connection, nanos.getAsLong()));
            if (closed || queue.size() > KEPT_PER_TARGET) {
                close(queue.pollFirst());
            }
            return queue;
        });
    }

    /** Closes what has grown old at targets that nobody calls any more. */
    void sweep() {
        for (var target : idle.keySet()) {
            idle.computeIfPresent(target, (_, queue) -> {
                for (var oldest = queue.pollFirst(); oldest != null; oldest = queue.pollFirst()) {
                    if (isFresh(oldest)) {
                        queue.addFirst(oldest);
                        break;
                    }
                    close(oldest);
                }
                return queue.isEmpty() ? null : queue;
            });
        }
    }

    private static void close(@Nullable Kept kept) {
        if (kept != null) {
            kept.connection.close();
        }
    }

    /** Targets of which connections are kept. */
    int targets() {
        return idle.size();
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
        timer.shutdownNow();
        idle.values().forEach(queue -> {
            for (var kept = queue.poll(); kept != null; kept = queue.poll()) {
                kept.connection.close();
            }
        });
    }
}
