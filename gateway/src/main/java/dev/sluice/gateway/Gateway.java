package dev.sluice.gateway;

import dev.sluice.gateway.admin.AdminServer;
import dev.sluice.gateway.balance.Gates;
import dev.sluice.gateway.peers.Peering;
import dev.sluice.model.dataplane.GatewayControl;
import dev.sluice.model.dataplane.GatewayEvents;
import dev.sluice.model.dataplane.PeerView;
import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RouteTable;
import dev.sluice.model.dataplane.TableVersion;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running gateway. What it is told through {@link GatewayControl} holds for the next request; what it sees it tells
 * through {@link GatewayEvents}. Closing it lets requests in flight finish.
 */
public final class Gateway implements GatewayControl, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final long SWEEP_NANOS = Duration.ofMillis(25).toNanos();
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final int SECONDS_PER_CLEANING = 30;
    private static final long POOL_IDLE = Duration.ofSeconds(60).toNanos();

    private final GatewayConfig config;
    private final DataPlane plane;
    private final Gates gates;
    private final Set<ClientConnection> connections = ConcurrentHashMap.newKeySet();
    private final List<Listener> listeners = new ArrayList<>();
    private final List<Listener> secure = new ArrayList<>();
    private final AdminServer admin;
    private final @Nullable Peering peering;
    private final Thread clock;
    private volatile boolean closed;

    private Gateway(GatewayConfig config, GatewayEvents events) throws IOException {
        this.config = config;
        this.gates = new Gates(events, Clock.systemUTC());
        this.plane = new DataPlane(config, gates, connections);
        var room = new Semaphore(config.maxConnections());
        try {
            for (var address : config.listen()) {
                listeners.add(Listener.open(address, false, plane, room, connections));
            }
            for (var address : config.tls().listen()) {
                secure.add(Listener.open(address, true, plane, room, connections));
            }
            if (config.tls().publicPort() > 0) {
                plane.tlsPort(config.tls().publicPort());
            } else if (!secure.isEmpty()) {
                plane.tlsPort(secure.getFirst().port());
            }
            this.peering = config.peers() == null ? null : Peering.start(config.peers(), gates);
            this.admin = AdminServer.start(config.admin(), gates, this::ready, this::gauges);
        } catch (IOException e) {
            closeListeners();
            plane.close();
            throw e;
        }
        this.clock = Thread.ofPlatform().name("gateway-clock").daemon().unstarted(this::runClock);
    }

    /**
     * Starts listening. Every host is unknown, and the gateway not ready, until it is programmed.
     *
     * @throws IOException when an address cannot be listened on; the message names it
     */
    public static Gateway start(GatewayConfig config, GatewayEvents events) throws IOException {
        var gateway = new Gateway(config, events);
        gateway.clock.start();
        gateway.listeners.forEach(Listener::start);
        gateway.secure.forEach(Listener::start);
        LOG.atInfo()
                .addKeyValue("ports", gateway.ports())
                .addKeyValue("tls", gateway.tlsPorts())
                .addKeyValue("admin", gateway.adminPort())
                .log("gateway listens");
        return gateway;
    }

    /** Port of the first socket. */
    public int port() {
        return listeners.getFirst().port();
    }

    /** Ports of all sockets, in the order of the configuration. */
    public List<Integer> ports() {
        return listeners.stream().map(Listener::port).toList();
    }

    /** Ports of all sockets with TLS, in the order of the configuration. */
    public List<Integer> tlsPorts() {
        return secure.stream().map(Listener::port).toList();
    }

    public int adminPort() {
        return admin.port();
    }

    @Override
    public TableVersion program(RouteTable table) {
        return plane.program(table);
    }

    @Override
    public void pods(RevisionId revision, List<PodEndpoint> pods) {
        gates.pods(revision, pods);
    }

    @Override
    public void cordon(RevisionId revision, Set<String> podUids) {
        gates.cordon(revision, podUids, true);
    }

    @Override
    public void uncordon(RevisionId revision, Set<String> podUids) {
        gates.cordon(revision, podUids, false);
    }

    @Override
    public boolean awaitDrained(RevisionId revision, Set<String> podUids, Duration limit) throws InterruptedException {
        return gates.awaitDrained(revision, podUids, limit);
    }

    /**
     * Takes over who the gateways are that share the limits; until then revisions with a limit wait.
     *
     * @throws IllegalStateException when it was configured to be alone
     */
    public void peers(PeerView view) {
        known(peering).apply(view);
    }

    /** Where other gateways reach this one. */
    public InetSocketAddress peerAddress() {
        return known(peering).address();
    }

    private static Peering known(@Nullable Peering peering) {
        if (peering == null) {
            throw new IllegalStateException("this gateway is alone");
        }
        return peering;
    }

    private boolean ready() {
        return plane.programmed() && !plane.draining();
    }

    private AdminServer.Gauges gauges() {
        return new AdminServer.Gauges(
                (int) connections.stream()
                        .filter(connection -> !connection.inner())
                        .count(),
                plane.unroutedRequests(),
                plane.tracing().numbers().totals());
    }

    private void runClock() {
        int seconds = 0;
        long nextSecond = System.nanoTime() + SECOND;
        while (!closed) {
            LockSupport.parkNanos(this, SWEEP_NANOS);
            long now = System.nanoTime();
            for (var connection : connections) {
                try {
                    connection.sweep(now);
                } catch (RuntimeException e) { // one is not all: the others' limits are kept by this thread alone
                    LOG.atError().setCause(e).log("looking after a connection failed");
                }
            }
            if (now - nextSecond >= 0) {
                nextSecond = Math.max(nextSecond + SECOND, now + SECOND / 2);
                try {
                    gates.tick();
                    if (++seconds % SECONDS_PER_CLEANING == 0) {
                        gates.dropUnused();
                        gates.trim(now - POOL_IDLE);
                        plane.routes().trim(now - POOL_IDLE);
                    }
                } catch (RuntimeException e) {
                    LOG.atError().setCause(e).log("reporting a second failed");
                }
            }
        }
    }

    /** Accepts nothing more, ends idle connections, waits for requests in flight as long as configured, cuts the rest. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        plane.drain();
        closeListeners();
        connections.forEach(ClientConnection::closeIfIdle);
        long deadline = System.nanoTime() + config.drainTimeout().toNanos();
        while (!connections.isEmpty() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(this, SWEEP_NANOS);
            connections.forEach(ClientConnection::closeIfIdle);
        }
        connections.forEach(ClientConnection::close);
        closed = true;
        LockSupport.unpark(clock);
        admin.close();
        if (peering != null) {
            peering.close();
        }
        gates.close();
        plane.close();
    }

    private void closeListeners() {
        for (var listener : Stream.concat(listeners.stream(), secure.stream()).toList()) {
            try {
                listener.close();
            } catch (IOException e) {
                LOG.atWarn().addKeyValue("port", listener.port()).setCause(e).log("cannot close a listener");
            }
        }
    }

    /** For logs: where it listens. */
    @Override
    public String toString() {
        return "gateway on "
                + config.listen().stream().map(InetSocketAddress::toString).toList();
    }
}
