package dev.sluice.model.dataplane;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway treats the requests of one revision (spec: Revision fields in Knative Serving v1).
 *
 * @param containerConcurrency requests at once per pod; 0 is no limit
 * @param timeout for the whole request; {@code timeoutSeconds}
 * @param responseStartTimeout until the first byte of the answer, if limited
 * @param idleTimeout without a byte either way, if limited
 * @param queueDepth requests that may wait for a pod; one more gets 503
 * @param probe how to find out that a pod answers; never null: a TCP connect when the user gave none
 * @param h2c whether the container speaks HTTP/2 without TLS (port name {@code h2c})
 * @param owners whom its metrics are told of
 */
public record RevisionSettings(
        int containerConcurrency,
        Duration timeout,
        @Nullable Duration responseStartTimeout,
        @Nullable Duration idleTimeout,
        int queueDepth,
        Probe probe,
        boolean h2c,
        Owners owners) {
    @SuppressWarnings("NullAway") // of a controller from before there were owners
    public RevisionSettings {
        owners = Objects.requireNonNullElse(owners, Owners.NOBODY);
    }

    /** A revision that nobody owns. */
    public RevisionSettings(
            int containerConcurrency,
            Duration timeout,
            @Nullable Duration responseStartTimeout,
            @Nullable Duration idleTimeout,
            int queueDepth,
            Probe probe,
            boolean h2c) {
        this(containerConcurrency, timeout, responseStartTimeout, idleTimeout, queueDepth, probe, h2c, Owners.NOBODY);
    }

    /** Names of the revision's Service and Configuration; empty where there is none. */
    public record Owners(String service, String configuration) {
        public static final Owners NOBODY = new Owners("", "");
    }

    /** A readiness probe the gateway can make itself; exec probes are left to the kubelet. */
    public sealed interface Probe {
        /** Connects; port 0 is the container's port. */
        record Tcp(int port) implements Probe {}

        /** GETs; 200 to 399 is ready; port 0 is the container's port. Headers are {@code Name: value} lines. */
        record Http(int port, String path, java.util.List<String> headers) implements Probe {
            public Http {
                headers = java.util.List.copyOf(headers);
            }
        }

        /** The gateway does not probe: the pod is open when Kubernetes says Ready. */
        record None() implements Probe {}
    }
}
