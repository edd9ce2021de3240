package dev.sluice.gateway.http2;

import dev.sluice.gateway.balance.Destination;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** What HTTP/2 asks of the rest of the gateway. */
public interface Switchboard {
    /**
     * Draws where a request for a host goes; null when nobody wants it.
     *
     * @param host as the client wrote it, perhaps with a port
     * @param tag from {@code Knative-Serving-Tag}
     * @param secure whether the client came through TLS; where a host wants that, nobody answers one that did not
     */
    @Nullable
    Destination choose(String host, @Nullable String tag, boolean secure);

    /** Serves HTTP/1.1 on a connection that the gateway made to itself; returns at once. */
    void serve(SocketChannel connection, Origin origin);
}
