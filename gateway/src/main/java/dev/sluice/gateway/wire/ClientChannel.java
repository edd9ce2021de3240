package dev.sluice.gateway.wire;

import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;

/** What the gateway and a client say to each other, whatever protects it on the way. Closing it ends both ways at once. */
public interface ClientChannel extends ByteChannel {
    /** Says properly that nothing more will come, where that takes more than closing. */
    void farewell() throws IOException;

    /** Says that nothing more will come, and goes on reading. */
    void shutdownOutput() throws IOException;

    SocketChannel socket();

    /** The socket itself. */
    static ClientChannel plain(SocketChannel socket) {
        return new PlainChannel(socket);
    }
}
