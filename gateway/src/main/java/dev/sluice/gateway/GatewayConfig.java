package dev.sluice.gateway;

import dev.sluice.gateway.peers.Peering;
import dev.sluice.gateway.trace.Tracing;
import dev.sluice.model.dataplane.TlsCertificate;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one gateway listens and what it bounds.
 *
 * @param listen sockets for requests, at least one; port 0 takes any free port
 * @param admin socket for health, metrics and drain hooks; port 0 takes any free port
 * @param drainTimeout how long {@link Gateway#close} lets requests in flight finish
 * @param headTimeout for a client to send a whole request head, from its first byte
 * @param keepAlive how long an idle client connection is kept
 * @param maxHeadBytes of one request or response head
 * @param maxConnections of clients at once; more wait in the accept queue
 * @param tracing of requests
 * @param tls sockets with TLS
 * @param peers how it shares limits with other gateways; null is a gateway alone
 */
public record GatewayConfig(
        List<InetSocketAddress> listen,
        InetSocketAddress admin,
        Duration drainTimeout,
        Duration headTimeout,
        Duration keepAlive,
        int maxHeadBytes,
        int maxConnections,
        Tracing.Options tracing,
        Tls tls,
        Peering.@Nullable Settings peers) {
    /**
     * Where clients are spoken to over TLS. The certificates of hosts come with the route table.
     *
     * @param listen sockets; none is no TLS
     * @param fallback for a name without a certificate of its own; without it such a client is refused
     * @param publicPort at which clients reach the first socket, as a redirection names it; 0 is the socket's own
     */
    public record Tls(
            List<InetSocketAddress> listen, @Nullable TlsCertificate fallback, int publicPort) {
        public Tls {
            listen = List.copyOf(listen);
        }

        public static Tls none() {
            return new Tls(List.of(), null, 0);
        }
    }

    public GatewayConfig {
        listen = List.copyOf(listen);
        if (listen.isEmpty()) {
            throw new IllegalArgumentException("a gateway needs at least one socket to listen on");
        }
        if (maxHeadBytes < 1024 || maxConnections < 1) {
            throw new IllegalArgumentException("maxHeadBytes must be at least 1024 and maxConnections at least 1");
        }
    }

    /** Defaults for everything but the addresses. */
    public static GatewayConfig on(List<InetSocketAddress> listen, InetSocketAddress admin) {
        return new GatewayConfig(
                listen,
                admin,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(120),
                64 * 1024,
                20_000,
                Tracing.Options.defaults(),
                Tls.none(),
                null);
    }

    public GatewayConfig withDrainTimeout(Duration limit) {
        return new GatewayConfig(
                listen, admin, limit, headTimeout, keepAlive, maxHeadBytes, maxConnections, tracing, tls, peers);
    }

    public GatewayConfig withClientLimits(Duration head, Duration idle, int headBytes, int connections) {
        return new GatewayConfig(listen, admin, drainTimeout, head, idle, headBytes, connections, tracing, tls, peers);
    }

    public GatewayConfig withTracing(Tracing.Options options) {
        return new GatewayConfig(
                listen, admin, drainTimeout, headTimeout, keepAlive, maxHeadBytes, maxConnections, options, tls, peers);
    }

    public GatewayConfig withTls(Tls sockets) {
        return new GatewayConfig(
                listen,
                admin,
                drainTimeout,
                headTimeout,
                keepAlive,
                maxHeadBytes,
                maxConnections,
                tracing,
                sockets,
                peers);
    }

    public GatewayConfig withPeers(Peering.Settings settings) {
        return new GatewayConfig(
                listen,
                admin,
                drainTimeout,
                headTimeout,
                keepAlive,
                maxHeadBytes,
                maxConnections,
                tracing,
                tls,
                settings);
    }
}
