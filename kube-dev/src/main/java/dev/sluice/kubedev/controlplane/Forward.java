package dev.sluice.kubedev.controlplane;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Relays connections from one address of this machine to the same port on loopback. The API server listens on one address only, and pods
 * with a network of their own must reach it too.
 */
final class Forward implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Forward.class);
    private static final int BACKLOG = 128;
    private static final int BUFFER = 16 << 10;

    private final ServerSocket listener;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private Forward(ServerSocket listener, int port) {
        this.listener = listener;
        this.port = port;
    }

    static Forward start(String address, int port) throws IOException {
        var forward = new Forward(new ServerSocket(port, BACKLOG, InetAddress.ofLiteral(address)), port);
        Thread.ofVirtual().name("forward-" + address).start(forward::accept);
        return forward;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var client = listener.accept();
                Thread.ofVirtual().name("forward-connection").start(() -> relay(client));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    LOG.atWarn().addKeyValue("port", port).setCause(e).log("accepting a connection failed");
                }
            }
        }
    }

    private void relay(Socket client) {
        try (client;
                var server = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            open.add(client);
            open.add(server);
            var back = Thread.ofVirtual().name("forward-back").start(() -> copy(server, client));
            copy(client, server);
            back.join();
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("port", port).setCause(e).log("connection not relayed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.removeIf(Socket::isClosed);
        }
    }

    /** Until the end of the input, which the other side then sees; a broken connection breaks both ways. */
    private static void copy(Socket from, Socket to) {
        try {
            var buffer = new byte[BUFFER];
            for (int n = from.getInputStream().read(buffer);
                    n >= 0;
                    n = from.getInputStream().read(buffer)) {
                to.getOutputStream().write(buffer, 0, n);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.atTrace().setCause(e).log("closing a socket failed");
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("closing the listener failed");
        }
        open.forEach(Forward::closeQuietly);
    }
}
