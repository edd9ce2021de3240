package dev.sluice.gateway;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.gateway.balance.RevisionGate;
import dev.sluice.gateway.balance.Ticket;
import dev.sluice.gateway.upstream.UpstreamConnection;
import dev.sluice.gateway.wire.ClientChannel;
import dev.sluice.model.dataplane.RevisionSettings;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What may end an exchange from outside: its timeouts, its client going away, the gateway's shutdown. It ends one by
 * closing the sockets that the exchange's threads block on. Its monitor makes "already answering" and "ended" exclude
 * each other.
 */
final class ExchangeGuard {
    enum Ending {
        NONE,
        TIMED_OUT,
        CLIENT_GONE
    }

    private static final long WATCH_AFTER = Duration.ofMillis(200).toNanos();
    /** For a late answer to be ended in its framing; then its client is cut. */
    private static final long LAST_WORDS = Duration.ofSeconds(1).toNanos();

    private static final long FOREVER = Duration.ofDays(3650).toNanos();

    private final ClientChannel client;
    private final ClientInput input;
    private final Ticket ticket;

    @GuardedBy("this")
    private boolean active;

    @GuardedBy("this")
    private boolean answering;

    /** Each way ends on its own: that the client says no more does not mean that it has gone. */
    @GuardedBy("this")
    private boolean tunnelling;

    @GuardedBy("this")
    private Ending ending = Ending.NONE;

    @GuardedBy("this")
    private long began;

    @GuardedBy("this")
    private long deadline;

    @GuardedBy("this")
    private long answerDeadline;

    @GuardedBy("this")
    private @Nullable UpstreamConnection upstream;

    @GuardedBy("this")
    private @Nullable RevisionGate gate;

    private volatile long idleNanos;
    private volatile long lastByte;

    ExchangeGuard(ClientChannel client, ClientInput input, Ticket ticket) {
        this.client = client;
        this.input = input;
        this.ticket = ticket;
    }

    /** Starts guarding a request to a revision. */
    synchronized void begin(RevisionGate to, RevisionSettings settings, long now) {
        begin(now, nanos(settings.timeout()));
        gate = to;
        idleNanos = settings.idleTimeout() == null ? 0 : nanos(settings.idleTimeout());
    }

    /** Starts guarding a request to a fixed address. */
    synchronized void begin(Duration timeout, long now) {
        begin(now, nanos(timeout));
    }

    @GuardedBy("this")
    private void begin(long now, long timeout) {
        active = true;
        answering = false;
        tunnelling = false;
        ending = Ending.NONE;
        began = now;
        deadline = now + timeout;
        answerDeadline = now + FOREVER;
        gate = null;
        idleNanos = 0;
        lastByte = now;
    }

    synchronized long deadline() {
        return deadline;
    }

    /** The request goes to this connection; refused when the exchange has ended meanwhile. */
    synchronized void attach(UpstreamConnection connection, @Nullable Duration answerTimeout) throws IOException {
        refuseEnded();
        upstream = connection;
        long now = lastByte;
        if (answerTimeout != null || idleNanos > 0) {
            now = System.nanoTime();
            lastByte = now;
        }
        if (answerTimeout != null) {
            answerDeadline = now + nanos(answerTimeout);
        }
    }

    /** The connection is no longer the exchange's; false when it was ended, and closed, meanwhile. */
    synchronized boolean detach() {
        upstream = null;
        return ending == Ending.NONE;
    }

    /** The answer is about to begin: from here on, an ending cuts it. */
    synchronized void answering() throws IOException {
        refuseEnded();
        answering = true;
    }

    /** From now on the client is read by the tunnel, and by nobody else. */
    synchronized void tunnelling() {
        tunnelling = true;
    }

    synchronized boolean isAnswering() {
        return answering;
    }

    /** A byte went either way. */
    void touch() {
        if (idleNanos > 0) {
            lastByte = System.nanoTime();
        }
    }

    synchronized Ending finish() {
        active = false;
        upstream = null;
        gate = null;
        return ending;
    }

    synchronized Ending ending() {
        return ending;
    }

    /** Ends the exchange if one is going on. */
    void end(Ending why) {
        RevisionGate waitingAt;
        synchronized (this) {
            if (!active || ending != Ending.NONE) {
                return;
            }
            ending = why;
            waitingAt = gate;
            if (upstream != null) {
                upstream.close();
            }
            if (why == Ending.TIMED_OUT) {
                deadline = System.nanoTime() + LAST_WORDS;
            } else {
                close(client);
            }
        }
        if (waitingAt != null) {
            waitingAt.cancel(ticket);
        }
    }

    /** Called every few milliseconds by the gateway's clock. */
    void sweep(long now) {
        boolean watch;
        boolean late;
        synchronized (this) {
            if (active && ending == Ending.TIMED_OUT && answering && now - deadline > 0) {
                close(client);
            }
            if (!active || ending != Ending.NONE) {
                return;
            }
            // a waiting request's own deadline is kept by its queue
            late = upstream != null
                    && (now - deadline > 0
                            || (!answering && now - answerDeadline > 0)
                            || (idleNanos > 0 && now - lastByte > idleNanos));
            watch = !tunnelling && now - began > WATCH_AFTER;
        }
        if (late) {
            end(Ending.TIMED_OUT);
        } else if (watch) {
            input.watch(() -> end(Ending.CLIENT_GONE));
        }
    }

    @GuardedBy("this")
    private void refuseEnded() throws IOException {
        if (ending != Ending.NONE) {
            throw new Fault.UpstreamFailed("ended while waiting: " + ending);
        }
    }

    private static long nanos(Duration duration) {
        return duration.compareTo(Duration.ofDays(365)) > 0 ? FOREVER : duration.toNanos();
    }

    private static void close(ClientChannel channel) {
        try {
            channel.close();
        } catch (IOException _) {
            // it is gone either way
        }
    }
}
