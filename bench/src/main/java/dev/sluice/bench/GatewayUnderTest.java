package dev.sluice.bench;

import dev.sluice.gateway.Gateway;
import dev.sluice.gateway.GatewayConfig;
import dev.sluice.model.dataplane.GatewayEvents;
import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionSettings;
import dev.sluice.model.dataplane.RevisionStat;
import dev.sluice.model.dataplane.RouteTable;
import dev.sluice.model.dataplane.TableVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A gateway in a JVM of its own: {@code PORT ORIGIN_PORT CONCURRENCY [h2c]}. */
final class GatewayUnderTest {
    private static final String HOST = "127.0.0.1";

    private GatewayUnderTest() {}

    public static void main(String[] args) throws Exception {
        var loopback = InetAddress.getLoopbackAddress();
        var config = GatewayConfig.on(
                List.of(new InetSocketAddress(loopback, Integer.parseInt(args[0]))),
                new InetSocketAddress(loopback, 0));
        var revision = new RevisionId("bench", "origin");
        var settings = new RevisionSettings(
                Integer.parseInt(args[2]),
                Duration.ofMinutes(5),
                null,
                null,
                10_000,
                new RevisionSettings.Probe.Tcp(0),
                args.length > 3);
        var split = new HostRule.Split(new HostRule.Target.ToRevision(revision), 100);
        try (var gateway = Gateway.start(config, new Deaf())) {
            gateway.program(new RouteTable(
                    new TableVersion(1, 1),
                    Map.of(HOST, new HostRule("bench", "origin", List.of(split), Map.of())),
                    Map.of(revision, settings)));
            gateway.pods(
                    revision,
                    List.of(new PodEndpoint(
                            "origin", "origin", HOST, Integer.parseInt(args[1]), PodEndpoint.State.READY, 0)));
            Thread.currentThread().join();
        }
    }

    private static final class Deaf implements GatewayEvents {
        @Override
        public void wake(RevisionId revision) {
            // there is a pod
        }

        @Override
        public void podOpened(RevisionId revision, String podUid) {
            // it is Ready from the start
        }

        @Override
        public void stats(Instant secondStart, List<RevisionStat> stats) {
            // nobody scales here
        }
    }
}
