package dev.sluice.gateway;

import dev.sluice.gateway.wire.ClientChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listening socket and the thread that accepts from it. Connections of all listeners share one limit. */
final class Listener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
    private static final int BACKLOG = 4096;
    private static final long PAUSE_WHEN_EXHAUSTED = 20_000_000;

    private final ServerSocketChannel socket;
    private final DataPlane plane;
    private final Semaphore room;
    private final Set<ClientConnection> connections;
    private final int port;
    private final boolean tls;

    private Listener(
            ServerSocketChannel socket,
            int port,
            boolean tls,
            DataPlane plane,
            Semaphore room,
            Set<ClientConnection> connections) {
        this.socket = socket;
        this.port = port;
        this.tls = tls;
        this.plane = plane;
        this.room = room;
        this.connections = connections;
    }

    static Listener open(
            InetSocketAddress address, boolean tls, DataPlane plane, Semaphore room, Set<ClientConnection> connections)
            throws IOException {
        var socket = ServerSocketChannel.open();
        try {
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            socket.bind(address, BACKLOG);
            int port = ((InetSocketAddress) socket.getLocalAddress()).getPort();
            return new Listener(socket, port, tls, plane, room, connections);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw new IOException("listening on " + address + ": " + e.getMessage(), e);
        }
    }

    int port() {
        return port;
    }

    void start() {
        Thread.ofVirtual().name("gateway-accept-" + port).start(this::accept);
    }

    private void accept() {
        while (socket.isOpen()) {
            try {
                room.acquire();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
            boolean taken = false;
            try {
                taken = serve(socket.accept());
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException e) {
                LOG.atWarn().addKeyValue("port", port).setCause(e).log("cannot accept connections for now");
                LockSupport.parkNanos(this, PAUSE_WHEN_EXHAUSTED);
            } finally {
                if (!taken) {
                    room.release();
                }
            }
        }
    }

    private boolean serve(SocketChannel channel) {
        ClientConnection connection;
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            connection = new ClientConnection(tls ? plane.secured(channel) : ClientChannel.plain(channel), plane);
        } catch (IOException _) {
            try {
                channel.close();
            } catch (IOException _) {
                // gone before it was served
            }
            return false;
        }
        connection.start(connections, room::release);
        return true;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
