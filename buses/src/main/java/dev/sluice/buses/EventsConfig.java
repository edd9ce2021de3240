package dev.sluice.buses;

import dev.sluice.buses.dispatch.DispatchLimits;
import dev.sluice.buses.stub.StubBus;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where events are kept and taken.
 *
 * @param stateDir for the journal; one process at a time
 * @param domain of channels from outside: {@code {channel}-channel.{namespace}.{domain}}
 * @param clusterDomain usually {@code cluster.local}
 * @param host the ingress listens on
 * @param port the ingress listens on, 0 for a free one
 * @param maxEventBytes a larger request gets 413
 * @param podsReach where pods reach the hosts of channels: the gateway's address. Null when there is none that is not
 *     loopback; then a channel's Service has no endpoints
 */
public record EventsConfig(
        Path stateDir,
        String domain,
        String clusterDomain,
        String host,
        int port,
        int maxEventBytes,
        @Nullable InetSocketAddress podsReach,
        StubBus.Limits busLimits,
        DispatchLimits dispatchLimits) {

    /** With defaults: loopback, a free port, events up to 1 MiB. */
    public static EventsConfig in(Path stateDir, String domain) {
        return new EventsConfig(
                stateDir,
                domain,
                "cluster.local",
                "127.0.0.1",
                0,
                1 << 20,
                null,
                StubBus.Limits.DEFAULT,
                DispatchLimits.DEFAULT);
    }

    public EventsConfig withPodsReach(InetSocketAddress gateway) {
        return new EventsConfig(
                stateDir, domain, clusterDomain, host, port, maxEventBytes, gateway, busLimits, dispatchLimits);
    }

    public EventsConfig withPort(int fixed) {
        return new EventsConfig(
                stateDir, domain, clusterDomain, host, fixed, maxEventBytes, podsReach, busLimits, dispatchLimits);
    }
}
