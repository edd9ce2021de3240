package dev.sluice.kubedev.registry;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.util.Set;

/**
 * Closes a connection that begins with a TLS hello. Clients try https first and wait for an answer; a server of plain http would wait for
 * the end of a line, and both of them for twenty seconds.
 */
final class TlsRefusal implements ServerConnectionSelector {

    private static final int HANDSHAKE_RECORD = 0x16;

    @Override
    public int bytesToIdentifyConnection() {
        return 0;
    }

    @Override
    public Support supports(BufferData data) {
        return data.available() > 0 && data.get(0) == HANDSHAKE_RECORD ? Support.SUPPORTED : Support.UNSUPPORTED;
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return Set.of();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        throw new CloseConnectionException("a TLS hello at a port of plain http");
    }
}
