package dev.sluice.gateway;

import dev.sluice.model.dataplane.PodEndpoint.State;
import dev.sluice.model.dataplane.RevisionSettings;
import java.time.Duration;
import java.util.List;

/** A gateway in a JVM of its own, for tests that bound its memory. Told its pod's port and protocol, prints its own port and ends with its standard input. */
final class SmallGateway {
    private SmallGateway() {}

    public static void main(String[] args) throws Exception {
        var settings = new RevisionSettings(
                0, Duration.ofMinutes(5), null, null, 10, new RevisionSettings.Probe.Tcp(0), args[1].equals("h2c"));
        try (var fixture = new Fixture().program(settings)) {
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(Integer.parseInt(args[0]), State.READY, 0)));
            System.out.println("port " + fixture.gateway.port());
            while (System.in.read() >= 0) {
                // until the test has ended
            }
        }
    }
}
