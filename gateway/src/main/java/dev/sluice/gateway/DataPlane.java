package dev.sluice.gateway;

import dev.sluice.gateway.balance.Destination;
import dev.sluice.gateway.balance.Gates;
import dev.sluice.gateway.http2.Http2;
import dev.sluice.gateway.http2.Origin;
import dev.sluice.gateway.http2.Switchboard;
import dev.sluice.gateway.tls.RecordBuffers;
import dev.sluice.gateway.tls.TlsChannel;
import dev.sluice.gateway.tls.TlsContext;
import dev.sluice.gateway.trace.Tracing;
import dev.sluice.gateway.wire.HostName;
import dev.sluice.model.dataplane.RouteTable;
import dev.sluice.model.dataplane.TableVersion;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all connections of a gateway share: its routes, its gates, its limits. */
final class DataPlane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataPlane.class);
    private static final int HTTPS = 443;

    private final GatewayConfig config;
    private final Gates gates;
    private final Set<ClientConnection> connections;
    private final Tracing tracing;
    private final Http2 http2;
    private final AtomicLong unrouted = new AtomicLong();
    private final RecordBuffers records = new RecordBuffers();
    private volatile TlsContext tls;
    private volatile int tlsPort = HTTPS;
    private volatile Routes routes = Routes.empty();
    private volatile boolean programmed;
    private volatile boolean draining;

    DataPlane(GatewayConfig config, Gates gates, Set<ClientConnection> connections) throws IOException {
        this.config = config;
        this.gates = gates;
        this.connections = connections;
        this.tls = TlsContext.of(config.tls().fallback());
        this.tracing = new Tracing(config.tracing());
        this.http2 = new Http2(
                new Lines(),
                new Http2.Limits(
                        config.maxHeadBytes(), config.headTimeout(), config.keepAlive(), config.drainTimeout()),
                tracing);
    }

    /** How HTTP/2 reaches the rest. */
    private final class Lines implements Switchboard {
        @Override
        public @Nullable Destination choose(String host, @Nullable String tag, boolean secure) {
            var rule = routes.rule(HostName.of(host));
            return rule == null || (rule.redirects() && !secure) ? null : rule.choose(tag);
        }

        @Override
        public void serve(SocketChannel channel, Origin origin) {
            ClientConnection.inner(channel, DataPlane.this, origin).start(connections, () -> {});
        }
    }

    /** Where clients reach TLS, as a redirection tells them. */
    int tlsPort() {
        return tlsPort;
    }

    void tlsPort(int port) {
        tlsPort = port;
    }

    /** TLS on a socket just accepted, with the certificates of this moment. */
    TlsChannel secured(SocketChannel socket) {
        return new TlsChannel(socket, tls, records);
    }

    Tracing tracing() {
        return tracing;
    }

    Http2 http2() {
        return http2;
    }

    @Override
    public void close() {
        try {
            http2.close();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("cannot remove the gateway's own socket");
        }
        tracing.close();
    }

    GatewayConfig config() {
        return config;
    }

    Gates gates() {
        return gates;
    }

    Routes routes() {
        return routes;
    }

    /** Whether a control plane has spoken: until then every host is unknown. */
    boolean programmed() {
        return programmed;
    }

    synchronized TableVersion program(RouteTable table) {
        var before = routes;
        if (programmed && table.version().compareTo(before.version()) <= 0) {
            return before.version();
        }
        var next = Routes.compile(table, gates, before);
        tls = tls.with(table.certificates());
        tracing.follow(table.tracing());
        routes = next;
        programmed = true;
        before.closeUnused(next);
        return next.version();
    }

    boolean draining() {
        return draining;
    }

    void drain() {
        draining = true;
    }

    void unrouted() {
        unrouted.incrementAndGet();
    }

    long unroutedRequests() {
        return unrouted.get();
    }
}
