package dev.sluice.gateway.peers;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.gateway.balance.Gates;
import dev.sluice.gateway.balance.RevisionGate;
import dev.sluice.model.dataplane.PeerView;
import dev.sluice.model.dataplane.PeerView.Peer;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.TableVersion;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who of the gateways keeps which limit, in the view that the control plane gave last.
 *
 * <pre>
 * a new view: every gateway stops choosing pods for what it does not keep any more, tells the keepers what it holds and asks
 * them for what waits. A keeper chooses only when all members have told: then it knows of everything in flight anywhere.
 * </pre>
 *
 * Its monitor guards the view; it is taken before a gate's, never while one is held.
 */
public final class Peering implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Peering.class);
    private static final long PAUSE_WHEN_EXHAUSTED = 20_000_000;

    private final Settings settings;
    private final Gates gates;
    private final ServerSocket server;
    private final Set<Socket> inbound = new HashSet<>();
    private final AtomicLong calls = new AtomicLong();

    @GuardedBy("this")
    private final Map<String, PeerLink> links = new HashMap<>();

    /** Members that have told everything in this view. */
    @GuardedBy("this")
    private final Set<String> told = new HashSet<>();

    @GuardedBy("this")
    private @Nullable PeerView view;

    /**
     * How this gateway takes part.
     *
     * @param name unique among all there ever were
     * @param listen for other gateways; port 0 takes any free port
     * @param token that they all know
     */
    public record Settings(String name, InetSocketAddress listen, String token) {
        @Override
        public String toString() {
            return name + " at " + listen;
        }
    }

    private Peering(Settings settings, Gates gates) throws IOException {
        this.settings = settings;
        this.gates = gates;
        try {
            this.server = new ServerSocket(
                    settings.listen().getPort(), 128, settings.listen().getAddress());
        } catch (IOException e) {
            throw new IOException("listening on " + settings.listen() + " for other gateways: " + e.getMessage(), e);
        }
    }

    /** Until there is a view, revisions with a limit wait. */
    public static Peering start(Settings settings, Gates gates) throws IOException {
        var peering = new Peering(settings, gates);
        gates.placedBy(peering::place);
        Thread.ofVirtual().name("gateway-peers").start(peering::accept);
        return peering;
    }

    /** Where other gateways reach this one. */
    public InetSocketAddress address() {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    /** Takes over a newer view. */
    public synchronized void apply(PeerView next) {
        var before = view;
        if (before != null && next.version().compareTo(before.version()) <= 0) {
            return;
        }
        view = next;
        told.clear();
        var names = new HashSet<String>();
        for (var member : next.members()) {
            if (!member.name().equals(settings.name())) {
                names.add(member.name());
                links.computeIfAbsent(member.name(), _ -> link(member));
            }
        }
        links.keySet().stream().filter(name -> !names.contains(name)).toList().forEach(this::forget);
        links.values().forEach(link -> link.begin(next.version()));
        gates.all().forEach(this::place);
        links.values().forEach(PeerLink::said);
        notifyAll();
        LOG.atInfo()
                .addKeyValue("gateways", next.members().size())
                .addKeyValue("view", next.version())
                .log("the gateways share their limits anew");
    }

    private PeerLink link(Peer member) {
        return new PeerLink(member, new Message.Hello(settings.token(), settings.name()), calls, this::introduce)
                .start();
    }

    /** What it held has ended with it. */
    @GuardedBy("this")
    private void forget(String name) {
        var link = links.remove(name);
        if (link != null) {
            link.close();
        }
        gates.all().forEach(gate -> gate.forget(name));
        told.remove(name);
    }

    /** Says everything on a connection that is new. */
    private synchronized void introduce(PeerLink link) {
        var current = view;
        if (current == null || !links.containsValue(link)) {
            return;
        }
        link.begin(current.version());
        gates.all().forEach(gate -> gate.tell(link));
        link.said();
    }

    /** Says to a gate who keeps its limit. */
    private synchronized void place(RevisionGate gate) {
        if (view == null) {
            gate.keptHere(false);
            return;
        }
        var link = keeper(gate);
        if (link == null) {
            gate.keptHere(complete());
        } else {
            gate.keptBy(link);
        }
    }

    /** The link to who keeps a gate's limit; null for this gateway. */
    @GuardedBy("this")
    private @Nullable PeerLink keeper(RevisionGate gate) {
        var home = view == null ? Optional.<Peer>empty() : view.home(gate.revision());
        return home.map(peer -> links.get(peer.name())).orElse(null);
    }

    @GuardedBy("this")
    private boolean complete() {
        return told.containsAll(links.keySet());
    }

    RevisionGate gate(RevisionId revision) {
        return gates.of(revision);
    }

    /** Another gateway begins to tell; one that is ahead waits for us. */
    synchronized void begun(String name, TableVersion begun) throws InterruptedException {
        while (view == null || view.version().compareTo(begun) < 0) {
            wait();
        }
        if (current(begun) && links.containsKey(name)) {
            told.remove(name);
            gates.all().forEach(gate -> gate.forget(name));
            openOrClose();
        }
    }

    synchronized void said(String name, @Nullable TableVersion in) {
        if (current(in) && links.containsKey(name) && told.add(name) && complete()) {
            openOrClose();
        }
    }

    /** Says to the gates whose limits are kept here, and to no others, whether all members have told. */
    @GuardedBy("this")
    private void openOrClose() {
        boolean known = complete();
        for (var gate : gates.all()) {
            if (keeper(gate) == null) {
                gate.keptHere(known);
            }
        }
    }

    /** Does what was said in the present view; what was said in another one is said again. */
    synchronized void inView(@Nullable TableVersion in, Runnable action) {
        if (current(in)) {
            action.run();
        }
    }

    @GuardedBy("this")
    private boolean current(@Nullable TableVersion in) {
        return view != null && view.version().equals(in);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var socket = server.accept();
                socket.setTcpNoDelay(true);
                Thread.ofVirtual().name("gateway-peer-in").start(() -> serve(socket));
            } catch (IOException _) {
                // one connection failed, the gateway closes, or it has no file left
                LockSupport.parkNanos(this, PAUSE_WHEN_EXHAUSTED);
            }
        }
    }

    private void serve(Socket socket) {
        synchronized (inbound) {
            inbound.add(socket);
        }
        try (socket) {
            new Borrower(this, socket).serve(settings.token());
        } catch (IOException _) {
            // it comes again if it is still there
        } finally {
            synchronized (inbound) {
                inbound.remove(socket);
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            synchronized (inbound) {
                for (var socket : inbound) {
                    socket.close();
                }
            }
        } catch (IOException _) {
            // nothing is left to lose
        }
        synchronized (this) {
            links.values().forEach(PeerLink::close);
        }
    }

    /** For tests and logs. */
    @Override
    public String toString() {
        return settings.name();
    }
}
