package dev.sluice.buses.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The network between a client and a server, which can be cut: nothing gets through, and nobody is told; or every connection is reset. */
public final class Wire implements AutoCloseable {
    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> ends = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;
    private volatile boolean resetting;

    /** From the listener to a port of this machine. */
    public Wire(ServerSocket listener, int target) {
        this.listener = listener;
        this.target = target;
        Thread.startVirtualThread(this::accept);
    }

    /** On a port of loopback that is free. */
    public static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var near = listener.accept();
                if (resetting) {
                    abort(near);
                    continue;
                }
                ends.add(near);
                if (!cut) {
                    connect(near);
                }
            } catch (IOException _) {
                // this is closed
            }
        }
    }

    private void connect(Socket near) {
        try {
            var far = new Socket(InetAddress.getLoopbackAddress(), target);
            ends.add(far);
            Thread.startVirtualThread(() -> relay(near, far));
            Thread.startVirtualThread(() -> relay(far, near));
        } catch (IOException _) {
            close(near); // the server is down
            ends.remove(near);
        }
    }

    private void relay(Socket from, Socket to) {
        try (from;
                to) {
            var buffer = new byte[16 << 10];
            for (int n = from.getInputStream().read(buffer);
                    n >= 0;
                    n = from.getInputStream().read(buffer)) {
                if (!cut) {
                    to.getOutputStream().write(buffer, 0, n);
                }
            }
        } catch (IOException _) {
            // one end is gone, and so is the other
        } finally {
            ends.remove(from);
            ends.remove(to);
        }
    }

    /** From now on nothing gets through. */
    public void cut() {
        cut = true;
    }

    /** From now on every connection is reset, those that there are too. */
    public void reset() {
        resetting = true;
        ends.forEach(Wire::abort);
        ends.clear();
    }

    /** Connections of before have lost bytes: they end here, as a router that was replaced would end them. */
    public void mend() {
        ends.forEach(Wire::close);
        ends.clear();
        cut = false;
        resetting = false;
    }

    /** Closing it sends a reset. */
    private static void abort(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException _) {
            // gone
        }
        close(socket);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // gone
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException _) {
            // gone
        }
        ends.forEach(Wire::close);
    }
}
