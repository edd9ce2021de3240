package dev.sluice.gateway;

import dev.sluice.model.dataplane.PodEndpoint.State;
import java.util.List;

/** A gateway in a JVM of its own, for tests that bound its memory. Prints its port and ends with its standard input. */
final class SmallGateway {
    private SmallGateway() {}

    public static void main(String[] args) throws Exception {
        try (var fixture = new Fixture().program(Fixture.settings(0, 10))) {
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(Integer.parseInt(args[0]), State.READY, 0)));
            System.out.println("port " + fixture.gateway.port());
            while (System.in.read() >= 0) {
                // until the test has ended
            }
        }
    }
}
