package dev.sluice.gateway.balance;

import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.RevisionSettings.Probe;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Asks one pod on a virtual thread of its own: until it answers, or, when it watches one that does, until it fails. While it
 * waits for an answer the pause grows with the time already spent, so that the gateway adds a percent or two to any start
 * and a pod that never comes costs ten connects a second.
 */
final class Prober implements Runnable {
    private static final int CONNECT_MILLIS = 1_000;
    private static final int ANSWER_MILLIS = 1_000;
    private static final long SHORTEST_PAUSE = 2_000_000;
    private static final long LONGEST_PAUSE = 100_000_000;
    private static final int SHARE_OF_ELAPSED = 64;
    private static final long WATCH_PAUSE = 1_000_000_000;
    /** Kubernetes' default. */
    private static final int FAILURE_THRESHOLD = 3;

    private final PodEndpoint endpoint;
    private final Probe probe;
    private final boolean watches;
    private final Consumer<Prober> onResult;
    private volatile boolean stopped;

    /** @param watches tells when the pod has failed three times in a row; otherwise, when it answers */
    Prober(PodEndpoint endpoint, Probe probe, boolean watches, Consumer<Prober> onResult) {
        this.endpoint = endpoint;
        this.probe = probe;
        this.watches = watches;
        this.onResult = onResult;
    }

    Prober start() {
        Thread.ofVirtual().name("gateway-probe-" + endpoint.name()).start(this);
        return this;
    }

    void stop() {
        stopped = true;
    }

    boolean watches() {
        return watches;
    }

    boolean asks(PodEndpoint other, Probe wanted) {
        return endpoint.host().equals(other.host()) && endpoint.port() == other.port() && probe.equals(wanted);
    }

    @Override
    public void run() {
        boolean told = watches ? fails() : comes();
        if (told) {
            onResult.accept(this);
        }
    }

    private boolean comes() {
        long begin = System.nanoTime();
        while (!stopped) {
            if (answers()) {
                return true;
            }
            LockSupport.parkNanos(this, pause(System.nanoTime() - begin));
        }
        return false;
    }

    private boolean fails() {
        int failures = 0;
        while (!stopped) {
            LockSupport.parkNanos(this, WATCH_PAUSE);
            failures = stopped || answers() ? 0 : failures + 1;
            if (failures >= FAILURE_THRESHOLD) {
                return true;
            }
        }
        return false;
    }

    static long pause(long elapsedNanos) {
        return Math.clamp(elapsedNanos / SHARE_OF_ELAPSED, SHORTEST_PAUSE, LONGEST_PAUSE);
    }

    private boolean answers() {
        return switch (probe) {
            case Probe.Tcp(int port) -> connects(port);
            case Probe.Http http -> answers(http);
            case Probe.None() -> false;
        };
    }

    private boolean connects(int port) {
        try (var socket = new Socket()) {
            socket.connect(address(port), CONNECT_MILLIS);
            // asked often enough, the kernel chooses the pod's port for our end, and TCP connects us to ourselves
            return !socket.getRemoteSocketAddress().equals(socket.getLocalSocketAddress());
        } catch (IOException e) {
            return false;
        }
    }

    private boolean answers(Probe.Http http) {
        try (var socket = new Socket()) {
            socket.connect(address(http.port()), CONNECT_MILLIS);
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.getOutputStream().write(request(http));
            var line = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
            var text = new String(line, StandardCharsets.ISO_8859_1);
            return text.matches("HTTP/1\\.[01] [23]\\d\\d");
        } catch (IOException e) {
            return false;
        }
    }

    private byte[] request(Probe.Http http) {
        var path = http.path().startsWith("/") ? http.path() : "/" + http.path();
        var text = new StringBuilder("GET ").append(path).append(" HTTP/1.1\r\n");
        boolean host = false;
        boolean agent = false;
        for (var header : http.headers()) {
            text.append(header).append("\r\n");
            host |= header.regionMatches(true, 0, "Host:", 0, 5);
            agent |= header.regionMatches(true, 0, "User-Agent:", 0, 11);
        }
        if (!host) {
            text.append("Host: ").append(endpoint.host()).append("\r\n");
        }
        if (!agent) {
            text.append("User-Agent: Knative-Activator-Probe\r\n");
        }
        text.append("Accept: */*\r\nConnection: close\r\n\r\n");
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private InetSocketAddress address(int port) {
        return new InetSocketAddress(endpoint.host(), port == 0 ? endpoint.port() : port);
    }
}
