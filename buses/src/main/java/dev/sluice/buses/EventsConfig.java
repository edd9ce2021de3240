package dev.sluice.buses;

import dev.sluice.buses.claim.ClaimLimits;
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
 * @param claims what of them is kept aside, in {@code stateDir}
 * @param recent steps of events that are remembered for who asks, 0 for none
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
        ClaimLimits claims,
        int recent,
        @Nullable InetSocketAddress podsReach,
        StubBus.Limits busLimits,
        DispatchLimits dispatchLimits) {

    public static final int MAX_EVENT_BYTES = 8 << 20;

    public static final int RECENT_STEPS = 20_000;

    /** With defaults: loopback, a free port, events up to 8 MiB. */
    public static EventsConfig in(Path stateDir, String domain) {
        return new EventsConfig(
                stateDir,
                domain,
                "cluster.local",
                "127.0.0.1",
                0,
                MAX_EVENT_BYTES,
                ClaimLimits.DEFAULT,
                RECENT_STEPS,
                null,
                StubBus.Limits.DEFAULT,
                DispatchLimits.DEFAULT);
    }

    public EventsConfig withPodsReach(InetSocketAddress gateway) {
        return new EventsConfig(
                stateDir,
                domain,
                clusterDomain,
                host,
                port,
                maxEventBytes,
                claims,
                recent,
                gateway,
                busLimits,
                dispatchLimits);
    }

    /** @param atOnce retries of one subscription */
    public EventsConfig withRetries(int atOnce) {
        return new EventsConfig(
                stateDir,
                domain,
                clusterDomain,
                host,
                port,
                maxEventBytes,
                claims,
                recent,
                podsReach,
                busLimits,
                dispatchLimits.withRetries(atOnce));
    }

    public EventsConfig withPort(int fixed) {
        return new EventsConfig(
                stateDir,
                domain,
                clusterDomain,
                host,
                fixed,
                maxEventBytes,
                claims,
                recent,
                podsReach,
                busLimits,
                dispatchLimits);
    }

    /** @param most bytes of one request */
    public EventsConfig withSizes(int most, ClaimLimits aside) {
        return new EventsConfig(
                stateDir, domain, clusterDomain, host, port, most, aside, recent, podsReach, busLimits, dispatchLimits);
    }

    /** @param steps of events, 0 for none */
    public EventsConfig withRecent(int steps) {
        return new EventsConfig(
                stateDir,
                domain,
                clusterDomain,
                host,
                port,
                maxEventBytes,
                claims,
                steps,
                podsReach,
                busLimits,
                dispatchLimits);
    }
}
