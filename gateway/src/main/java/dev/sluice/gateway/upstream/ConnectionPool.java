package dev.sluice.gateway.upstream;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Idle connections to one address, the last used first. Its monitor guards the stack and is never held during I/O. */
public final class ConnectionPool implements AutoCloseable {
    private static final int MOST_IDLE = 1_000;
    private static final int CONNECT_MILLIS = 3_000;

    private final String host;
    private final int port;
    private final InetSocketAddress address;

    @GuardedBy("this")
    private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>(2);

    @GuardedBy("this")
    private boolean closed;

    public ConnectionPool(String host, int port) {
        this.host = host;
        this.port = port;
        this.address = new InetSocketAddress(host, port);
    }

    /** A connection that was used before, or null. */
    public synchronized @Nullable UpstreamConnection take() {
        return idle.pollFirst();
    }

    /**
     * A connection that was used before and has not been closed by the pod as far as can be seen, for a request that
     * must not be sent twice; or null.
     */
    public @Nullable UpstreamConnection takeLively(long usedSince) {
        for (var connection = take(); connection != null; connection = take()) {
            if (connection.idleSince() - usedSince >= 0 && connection.lively()) {
                return connection;
            }
            connection.close();
        }
        return null;
    }

    /** Where it connects to, looked up anew while that has not succeeded. */
    public InetSocketAddress address() {
        return address.isUnresolved() ? new InetSocketAddress(host, port) : address;
    }

    /** A new connection. A failure means that nothing was sent. */
    public UpstreamConnection connect() throws IOException {
        var target = address();
        var channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket().connect(target, CONNECT_MILLIS);
            if (channel.getRemoteAddress().equals(channel.getLocalAddress())) {
                // nobody listens: the kernel happened to choose the pod's own port for our end, and TCP allows that
                throw new ConnectException("connected to itself");
            }
            return new UpstreamConnection(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e instanceof IOException io ? io : new IOException("connecting to " + host + ":" + port, e);
        }
    }

    /** Gives back a connection on which a whole answer was read. */
    public void giveBack(UpstreamConnection connection, long now) {
        connection.idleSince(now);
        synchronized (this) {
            if (!closed && idle.size() < MOST_IDLE) {
                idle.addFirst(connection);
                return;
            }
        }
        connection.close();
    }

    /** Closes what has been idle since before this {@link System#nanoTime}. */
    public void trim(long olderThan) {
        List<UpstreamConnection> old = new ArrayList<>(0);
        synchronized (this) {
            for (var last = idle.peekLast(); last != null && last.idleSince() - olderThan < 0; last = idle.peekLast()) {
                old.add(last);
                idle.pollLast();
            }
        }
        old.forEach(UpstreamConnection::close);
    }

    @Override
    public void close() {
        List<UpstreamConnection> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(idle);
            idle.clear();
        }
        all.forEach(UpstreamConnection::close);
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
