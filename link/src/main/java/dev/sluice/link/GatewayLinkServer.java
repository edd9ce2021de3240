package dev.sluice.link;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.model.dataplane.GatewayControl;
import dev.sluice.model.dataplane.GatewayEvents;
import dev.sluice.model.dataplane.PeerView;
import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RouteTable;
import dev.sluice.model.dataplane.TableVersion;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All gateways as one: what is programmed counts as served when every connected one has acknowledged it and there are as many as
 * expected. A gateway that connects is told everything at once, but nothing before the first table is there. Its monitor guards
 * what the gateways have to know, and orders what they are told.
 */
public final class GatewayLinkServer implements GatewayControl, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayLinkServer.class);
    private static final Duration ACK_LIMIT = Duration.ofSeconds(3);
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration CORDON_LIMIT = Duration.ofSeconds(5);
    /** A gateway whose connection is lost comes back within moments, if it is still there. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private static final TableVersion NONE = new TableVersion(0, 0);

    private final long epoch;
    private final int expected;
    private final GatewayEvents events;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("gateway-link-", 0).factory());
    private final AtomicLong calls = new AtomicLong();
    private final Server server;
    private final long connectedBy = System.nanoTime() + CONNECT_LIMIT.toNanos();

    @GuardedBy("this")
    private final Set<GatewaySession> sessions = new LinkedHashSet<>();

    @GuardedBy("this")
    private final Members members;

    @GuardedBy("this")
    private @Nullable RouteTable table;

    @GuardedBy("this")
    private final Map<RevisionId, List<PodEndpoint>> pods = new HashMap<>();

    @GuardedBy("this")
    private final Map<RevisionId, Set<String>> cordoned = new HashMap<>();

    private GatewayLinkServer(InetSocketAddress listen, String token, int expected, long epoch, GatewayEvents events)
            throws IOException {
        this.epoch = epoch;
        this.expected = expected;
        this.events = events;
        this.members = new Members(epoch);
        this.server = NettyServerBuilder.forAddress(listen)
                .executor(threads)
                .maxInboundMessageSize(LinkProtocol.LARGEST_MESSAGE)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .addService(ServerInterceptors.intercept(
                        ServerServiceDefinition.builder(LinkProtocol.SERVICE)
                                .addMethod(LinkProtocol.CONNECT, ServerCalls.asyncBidiStreamingCall(this::connected))
                                .build(),
                        new Doorkeeper(token)))
                .build()
                .start();
        later(CONNECT_LIMIT, () -> {});
    }

    /**
     * Listens for gateways.
     *
     * @param token what a gateway has to know to be let in
     * @param expected how many gateways there have to be for a route to count as served
     * @param epoch greater than that of every controller before
     * @throws IOException when the address cannot be listened on
     */
    public static GatewayLinkServer start(
            InetSocketAddress listen, String token, int expected, long epoch, GatewayEvents events) throws IOException {
        return new GatewayLinkServer(listen, token, expected, epoch, events);
    }

    public int port() {
        return server.getPort();
    }

    /** Gateways that are connected, whatever they know. */
    synchronized int present() {
        return sessions.size();
    }

    /** Gateways that are connected and know everything. */
    public synchronized int gateways() {
        return (int) sessions.stream().filter(GatewaySession::told).count();
    }

    @Override
    public synchronized TableVersion program(RouteTable newer) {
        boolean first = table == null;
        table = newer;
        if (first) {
            sessions.forEach(this::tell);
        } else {
            sessions.forEach(session -> session.send(new ToGateway.Program(newer)));
        }
        long deadline = System.nanoTime() + ACK_LIMIT.toNanos();
        try {
            while (!served(newer.version())) {
                // gateways that were there before we were come back within moments; others are not waited for
                long end = sessions.size() < expected ? connectedBy : deadline;
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return NONE; // asked for again later
                }
                wait(left);
            }
            return newer.version();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return NONE;
        }
    }

    /** Without telling anybody anything: who is connected has it, and who comes gets it. */
    @Override
    public synchronized TableVersion acknowledged(RouteTable programmed) {
        return served(programmed.version()) ? programmed.version() : NONE;
    }

    @GuardedBy("this")
    private boolean served(TableVersion version) {
        return sessions.size() >= expected
                && sessions.stream()
                        .map(GatewaySession::acknowledged)
                        .allMatch(it -> it.epoch() == version.epoch() && it.compareTo(version) >= 0);
    }

    @Override
    public synchronized void pods(RevisionId revision, List<PodEndpoint> endpoints) {
        if (endpoints.isEmpty()) {
            pods.remove(revision);
        } else {
            pods.put(revision, List.copyOf(endpoints));
        }
        var marked = cordoned.get(revision);
        if (marked != null) { // a pod that is gone needs no cordon
            var there = new HashSet<>(marked);
            there.retainAll(endpoints.stream().map(PodEndpoint::uid).toList());
            remember(revision, there);
        }
        sessions.forEach(session -> session.send(new ToGateway.Pods(revision, endpoints)));
    }

    @Override
    public void cordon(RevisionId revision, Set<String> podUids) {
        List<CompletableFuture<Boolean>> answers;
        synchronized (this) {
            var marked = new HashSet<>(cordoned.getOrDefault(revision, Set.of()));
            marked.addAll(podUids);
            remember(revision, marked);
            answers = ask("cordoning pods of " + revision, id -> new ToGateway.Cordon(id, revision, podUids));
        }
        try {
            if (!all(answers, CORDON_LIMIT)) {
                throw new LinkException("cordoning pods of " + revision + ": a gateway did not answer");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new LinkException("interrupted while pods of " + revision + " were cordoned");
        }
    }

    @Override
    public synchronized void uncordon(RevisionId revision, Set<String> podUids) {
        var marked = new HashSet<>(cordoned.getOrDefault(revision, Set.of()));
        marked.removeAll(podUids);
        remember(revision, marked);
        sessions.forEach(session -> session.send(new ToGateway.Uncordon(revision, podUids)));
    }

    @Override
    public boolean awaitDrained(RevisionId revision, Set<String> podUids, Duration limit) throws InterruptedException {
        List<CompletableFuture<Boolean>> answers;
        synchronized (this) {
            answers = ask(
                    "draining pods of " + revision, id -> new ToGateway.Drain(id, revision, podUids, limit.toMillis()));
        }
        return all(answers, limit.plus(CORDON_LIMIT));
    }

    /** While a gateway is missing it may send to pods that the others have left: then no pod may go. */
    @GuardedBy("this")
    private List<CompletableFuture<Boolean>> ask(String what, LongFunction<ToGateway> message) {
        var told = sessions.stream().filter(GatewaySession::told).toList();
        if (told.size() < expected) {
            throw new LinkException(what + ": " + told.size() + " of " + expected + " gateways are connected");
        }
        return told.stream()
                .map(session -> {
                    long id = calls.incrementAndGet();
                    return session.call(id, message.apply(id));
                })
                .toList();
    }

    private static boolean all(List<CompletableFuture<Boolean>> answers, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            for (var answer : answers) {
                if (!answer.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    return false;
                }
            }
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // answers are only ever completed with a value
        }
    }

    /**
     * All pods end with this controller: their addresses will be nobody's, or somebody else's. Returns when the gateways know; what
     * comes to them then waits for the next controller.
     */
    public void podsEnd() throws InterruptedException {
        List<RevisionId> known;
        synchronized (this) {
            known = List.copyOf(pods.keySet());
        }
        if (known.isEmpty()) {
            return;
        }
        known.forEach(revision -> pods(revision, List.of()));
        List<CompletableFuture<Boolean>> answers;
        synchronized (this) { // in the order in which it is told, so an answer means that the rest is known
            answers = sessions.stream()
                    .filter(GatewaySession::told)
                    .map(session -> {
                        long id = calls.incrementAndGet();
                        return session.call(id, new ToGateway.Drain(id, known.getFirst(), Set.of(), 0));
                    })
                    .toList();
        }
        if (!all(answers, CORDON_LIMIT)) {
            LOG.atWarn().log("a gateway did not say that it knows that all pods end");
        }
    }

    @GuardedBy("this")
    private void remember(RevisionId revision, Set<String> marked) {
        if (marked.isEmpty()) {
            cordoned.remove(revision);
        } else {
            cordoned.put(revision, Set.copyOf(marked));
        }
    }

    @GuardedBy("this")
    private void tell(GatewaySession session) {
        var current = table;
        if (current != null) {
            session.begin(new ToGateway.State(epoch, current, Map.copyOf(pods), Map.copyOf(cordoned)));
        }
    }

    private StreamObserver<FromGateway> connected(StreamObserver<ToGateway> out) {
        var session = new GatewaySession(out);
        return new StreamObserver<>() {
            @Override
            public void onNext(FromGateway message) {
                heard(session, message);
            }

            @Override
            public void onError(Throwable problem) {
                left(session);
            }

            @Override
            public void onCompleted() {
                left(session);
                session.close();
            }
        };
    }

    private void heard(GatewaySession session, FromGateway message) {
        switch (message) {
            case FromGateway.Hello(String name, var peerHost, int peerPort) -> {
                session.named(name);
                LOG.atInfo().addKeyValue("gateway", name).log("a gateway has connected");
                synchronized (this) {
                    sessions.add(session);
                    if (peerHost != null) {
                        members.join(new PeerView.Peer(name, peerHost, peerPort, false));
                        share();
                    }
                    tell(session);
                    notifyAll();
                }
            }
            case FromGateway.Leaving() -> {
                synchronized (this) {
                    members.leaving(session.name());
                    share();
                }
            }
            case FromGateway.Ack(TableVersion version) -> {
                synchronized (this) {
                    session.acknowledged(version);
                    notifyAll();
                }
            }
            case FromGateway.Answer(long call, boolean done) -> session.answered(call, done);
            case FromGateway.Wake(RevisionId revision) -> events.wake(revision);
            case FromGateway.PodOpened(RevisionId revision, String uid) -> events.podOpened(revision, uid);
            case FromGateway.Stats(var second, var stats) -> events.stats(second, stats);
        }
    }

    /**
     * Tells all who they are, if that has changed. A controller that has just come does not before the gateways that were there
     * before it have come back: one that is missed would go on with the view it has, beside others with a newer one.
     */
    @GuardedBy("this")
    private void share() {
        boolean early =
                members.published() == null && sessions.size() < expected && System.nanoTime() - connectedBy < 0;
        if (!early) {
            var view = new ToGateway.Peers(members.publish());
            sessions.forEach(session -> session.sendAnyway(view));
        }
    }

    private void left(GatewaySession session) {
        session.end();
        synchronized (this) {
            if (!sessions.remove(session)) {
                return;
            }
            notifyAll();
            var name = session.name();
            LOG.atWarn().addKeyValue("gateway", name).log("a gateway has gone");
            if (members.isLeaving(name)) {
                members.gone(name);
                share();
            } else {
                later(GRACE, () -> forget(name));
            }
        }
    }

    private synchronized void forget(String name) {
        if (sessions.stream().noneMatch(session -> session.name().equals(name))) {
            members.gone(name);
        }
    }

    /** Does something in a while, and tells all what came of it. */
    private void later(Duration pause, Runnable action) {
        threads.execute(() -> {
            try {
                Thread.sleep(pause);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
            action.run();
            synchronized (this) {
                share();
            }
        });
    }

    @Override
    public void close() {
        List<GatewaySession> open;
        synchronized (this) {
            open = List.copyOf(sessions);
        }
        open.forEach(GatewaySession::close);
        server.shutdownNow();
        threads.shutdownNow();
    }

    /** Lets in who knows the token. */
    private record Doorkeeper(String token) implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            var shown = Objects.requireNonNullElse(headers.get(LinkProtocol.AUTHORIZATION), "");
            if (MessageDigest.isEqual(bytes(shown), bytes(LinkProtocol.bearer(token)))) {
                return next.startCall(call, headers);
            }
            call.close(Status.UNAUTHENTICATED.withDescription("the token is not this controller's"), new Metadata());
            return new ServerCall.Listener<>() {};
        }

        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }
}
