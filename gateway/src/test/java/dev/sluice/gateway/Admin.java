package dev.sluice.gateway;

import java.io.IOException;

/** Asks a gateway's admin listener. */
final class Admin {
    private Admin() {}

    static String get(Fixture fixture, String path) throws IOException {
        try (var client = new RawClient(fixture.gateway.adminPort())) {
            client.socket.setSoTimeout(30_000);
            client.send("GET " + path + " HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n");
            return client.rest();
        }
    }

    /** Value of a metric of the only revision. */
    static double metric(Fixture fixture, String name) throws IOException {
        return get(fixture, "/metrics")
                .lines()
                .filter(line -> line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf("} ") + 2)))
                .sum();
    }
}
