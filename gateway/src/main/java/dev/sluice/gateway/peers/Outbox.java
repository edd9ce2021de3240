package dev.sluice.gateway.peers;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.LinkedBlockingQueue;

/** What goes out on one connection, in the order it was posted. Posting never waits; a connection that cannot keep up ends. */
final class Outbox implements AutoCloseable {
    private static final int MOST_WAITING = 1_000_000;

    private final LinkedBlockingQueue<Message> messages = new LinkedBlockingQueue<>(MOST_WAITING);
    private final Socket socket;

    Outbox(Socket socket) {
        this.socket = socket;
        Thread.ofVirtual().name("gateway-peer-out").start(this::write);
    }

    void post(Message message) {
        if (!messages.offer(message)) {
            close();
        }
    }

    private void write() {
        try (var out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()))) {
            while (!socket.isClosed()) {
                messages.take().writeTo(out);
                for (var more = messages.poll(); more != null; more = messages.poll()) {
                    more.writeTo(out);
                }
                out.flush();
            }
        } catch (IOException _) {
            close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            close();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException _) {
            // it is gone either way
        }
        var _ = messages.offer(new Message.Said()); // wakes the writer, which finds the socket closed
    }
}
