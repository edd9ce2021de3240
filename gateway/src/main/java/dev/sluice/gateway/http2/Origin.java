package dev.sluice.gateway.http2;

import dev.sluice.gateway.balance.Destination;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Whom an HTTP/1.1 connection of the gateway's own making stands for. Both ends of it share this object, for what such a
 * connection cannot carry: where the next request goes, and that an answer which ended with the connection was cut.
 */
public final class Origin {
    private final InetAddress client;
    private final boolean tls;
    private volatile @Nullable Destination chosen;
    private volatile boolean cut;

    public Origin(InetAddress client, boolean tls) {
        this.client = client;
        this.tls = tls;
    }

    public InetAddress client() {
        return client;
    }

    /** Whether the client came through TLS. */
    public boolean tls() {
        return tls;
    }

    /** Set before a request is written: its route has been drawn already. */
    void choose(@Nullable Destination destination) {
        chosen = destination;
    }

    /** Where the request at hand goes; null when that is still to be found out. */
    public @Nullable Destination chosen() {
        return chosen;
    }

    /** The answer is not whole, although it will look so. */
    public void cutShort() {
        cut = true;
    }

    boolean cut() {
        return cut;
    }
}
