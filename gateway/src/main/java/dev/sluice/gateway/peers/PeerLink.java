package dev.sluice.gateway.peers;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.gateway.balance.LimitKeeper;
import dev.sluice.gateway.balance.RevisionGate;
import dev.sluice.gateway.balance.Ticket;
import dev.sluice.model.dataplane.PeerView.Peer;
import dev.sluice.model.dataplane.TableVersion;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The asking end: this gateway's connection to another one that keeps limits. While it is down requests wait; when it is up
 * again everything that is held and wanted is said anew. Its monitor orders the rounds.
 */
final class PeerLink implements LimitKeeper, AutoCloseable {
    private static final int CONNECT_MILLIS = 3_000;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private record Asked(RevisionGate gate, Ticket ticket) {}

    private final Peer peer;
    private final Message.Hello hello;
    private final Consumer<PeerLink> onConnected;
    private final AtomicLong calls;
    private final Map<Long, Asked> asked = new ConcurrentHashMap<>();
    private volatile @Nullable Outbox out;
    private volatile boolean closed;

    @GuardedBy("this")
    private int round;

    /**
     * Connects when it is started.
     *
     * @param calls numbers for questions, of all links together
     * @param onConnected says everything, between {@link #begin} and {@link #said}
     */
    PeerLink(Peer peer, Message.Hello hello, AtomicLong calls, Consumer<PeerLink> onConnected) {
        this.calls = calls;
        this.peer = peer;
        this.hello = hello;
        this.onConnected = onConnected;
    }

    PeerLink start() {
        Thread.ofVirtual().name("gateway-peer-" + peer.name()).start(this::run);
        return this;
    }

    private void run() {
        while (!closed) {
            try (var socket = new Socket()) {
                socket.setTcpNoDelay(true);
                socket.connect(new InetSocketAddress(peer.host(), peer.port()), CONNECT_MILLIS);
                serve(socket);
            } catch (IOException _) {
                // tried again while the peer is in the view
            }
            out = null;
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void serve(Socket socket) throws IOException {
        try (var box = new Outbox(socket)) {
            synchronized (this) {
                round = 0;
                box.post(hello);
                out = box;
            }
            if (closed) {
                return;
            }
            onConnected.accept(this);
            var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            while (!closed) {
                if (Message.read(in) instanceof Message.Grant grant) {
                    granted(grant);
                }
            }
        }
    }

    private void granted(Message.Grant grant) {
        var known = asked.remove(grant.call());
        if (known == null || !known.gate().granted(known.ticket(), grant.call(), grant.pod())) {
            synchronized (this) {
                if (grant.round() == round) {
                    post(new Message.Left(grant.revision(), grant.pod(), false)); // nobody wants it any more
                }
            }
        }
    }

    /** From here on everything is said anew, in this view. */
    synchronized void begin(TableVersion view) {
        round++;
        asked.clear();
        post(new Message.Begin(view));
    }

    void said() {
        post(new Message.Said());
    }

    @Override
    public void ask(RevisionGate gate, Ticket ticket) {
        long call = calls.incrementAndGet();
        ticket.asked(call);
        if (out != null) {
            asked.put(call, new Asked(gate, ticket));
            post(new Message.Ask(call, gate.revision()));
        }
    }

    @Override
    public void withdraw(Ticket ticket) {
        if (asked.remove(ticket.call()) != null) {
            post(new Message.Withdraw(ticket.call()));
        }
    }

    @Override
    public void holds(RevisionGate gate, String podUid, int count) {
        post(new Message.Holds(gate.revision(), podUid, count));
    }

    @Override
    public void left(RevisionGate gate, String podUid, boolean refused) {
        post(new Message.Left(gate.revision(), podUid, refused));
    }

    private void post(Message message) {
        var current = out;
        if (current != null) {
            current.post(message);
        }
    }

    @Override
    public void close() {
        closed = true;
        var current = out;
        if (current != null) {
            current.close();
        }
    }
}
