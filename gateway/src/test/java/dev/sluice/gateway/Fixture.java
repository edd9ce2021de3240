package dev.sluice.gateway;

import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.PodEndpoint.State;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionSettings;
import dev.sluice.model.dataplane.RouteTable;
import dev.sluice.model.dataplane.TableVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A gateway with one revision behind {@code hello.localhost}. */
final class Fixture implements AutoCloseable {
    static final RevisionId REVISION = new RevisionId("default", "hello-00001");
    static final String HOST = "hello.localhost";

    final RecordedEvents events = new RecordedEvents();
    final Gateway gateway;
    private long sequence;

    Fixture() throws IOException {
        this(GatewayConfig.on(List.of(loopback()), loopback()).withDrainTimeout(Duration.ofSeconds(1)));
    }

    Fixture(GatewayConfig config) throws IOException {
        gateway = Gateway.start(config, events);
    }

    static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    static RevisionSettings settings(int concurrency, int depth) {
        return new RevisionSettings(
                concurrency,
                Duration.ofSeconds(30),
                null,
                null,
                depth,
                new RevisionSettings.Probe.Tcp(0),
                false,
                new RevisionSettings.Owners("hello", "hello-config"));
    }

    static RevisionSettings timeouts(Duration whole, Duration start, Duration idle) {
        return new RevisionSettings(0, whole, start, idle, 100, new RevisionSettings.Probe.Tcp(0), false);
    }

    Fixture program(RevisionSettings settings) {
        return program(settings, Map.of());
    }

    Fixture program(RevisionSettings settings, Map<String, RevisionId> tags) {
        var split = new HostRule.Split(new HostRule.Target.ToRevision(REVISION), 100);
        var rule = new HostRule("default", "hello", List.of(split), tags);
        program(new RouteTable(next(), Map.of(HOST, rule), Map.of(REVISION, settings)));
        return this;
    }

    void program(RouteTable table) {
        gateway.program(table);
    }

    TableVersion next() {
        return new TableVersion(1, ++sequence);
    }

    Fixture ready(RawUpstream... pods) {
        gateway.pods(
                REVISION, Arrays.stream(pods).map(pod -> pod(pod, State.READY)).toList());
        return this;
    }

    static PodEndpoint pod(RawUpstream upstream, State state) {
        return pod(upstream.port(), state, 0);
    }

    static PodEndpoint pod(int port, State state, int restarts) {
        return new PodEndpoint("uid-" + port, "pod-" + port, "127.0.0.1", port, state, restarts);
    }

    RawClient client() throws IOException {
        return new RawClient(gateway.port());
    }

    String get(String path) throws IOException {
        try (var client = client()) {
            return client.send(RawClient.get(HOST, path)).answer();
        }
    }

    @Override
    public void close() {
        gateway.close();
    }
}
