package dev.sluice.link;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.model.dataplane.GatewayControl;
import dev.sluice.model.dataplane.GatewayEvents;
import dev.sluice.model.dataplane.PeerView;
import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionStat;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway's end of the link. While there is no controller the gateway goes on with what it was told last, and a minute of its
 * numbers is kept: a controller that has not seen them gets them first. Its monitor guards the connection and what goes out on it.
 */
public final class GatewayLink implements GatewayEvents, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayLink.class);
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final Duration CLOSING = Duration.ofSeconds(5);
    private static final int SECONDS_KEPT = 60;

    /** One second of numbers, and its place among all of them. */
    private record Second(long number, FromGateway.Stats stats) {}

    private final String name;
    private final ManagedChannel channel;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("controller-link-", 0).factory());
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CountDownLatch excused = new CountDownLatch(1);
    private volatile @Nullable InetSocketAddress peer;
    private volatile Consumer<PeerView> peers = _ -> {};

    @GuardedBy("this")
    private @Nullable StreamObserver<FromGateway> out;

    @GuardedBy("this")
    private final Deque<Second> history = new ArrayDeque<>();

    @GuardedBy("this")
    private long seconds;

    @GuardedBy("this")
    private long epoch = -1;

    /** The last second that the controller of {@link #epoch} was sent. */
    @GuardedBy("this")
    private long sent;

    @GuardedBy("this")
    private final Map<RevisionId, List<PodEndpoint>> pods = new HashMap<>();

    @GuardedBy("this")
    private final Map<RevisionId, Set<String>> cordoned = new HashMap<>();

    @GuardedBy("this")
    private final Set<String> opened = new HashSet<>();

    /**
     * Does nothing until it is started.
     *
     * @param target {@code host:port} of the controller
     * @param name of this gateway, unique among all there ever were
     */
    public GatewayLink(String target, String token, String name) {
        this.name = name;
        var headers = new Metadata();
        headers.put(LinkProtocol.AUTHORIZATION, LinkProtocol.bearer(token));
        this.channel = NettyChannelBuilder.forTarget(target)
                .usePlaintext()
                .executor(threads)
                .maxInboundMessageSize(LinkProtocol.LARGEST_MESSAGE)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
                .build();
    }

    /** Connects, and again whenever the connection is lost, until it is closed. */
    public void start(GatewayControl gateway) {
        Thread.ofVirtual().name("controller-link").start(() -> run(gateway));
    }

    /**
     * The same for a gateway that shares limits with others.
     *
     * @param address where they reach it
     * @param onPeers told who they are, whenever that changes
     */
    public void start(GatewayControl gateway, InetSocketAddress address, Consumer<PeerView> onPeers) {
        peer = address;
        peers = onPeers;
        start(gateway);
    }

    /**
     * Says that this gateway will finish what it has and go, and waits until others have taken over what it was responsible for.
     * Without a controller there is nobody to say it to.
     */
    public void leave(Duration limit) throws InterruptedException {
        synchronized (this) {
            if (out == null || peer == null) {
                return;
            }
            send(new FromGateway.Leaving());
        }
        if (!excused.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.atWarn().log("going without word from the controller");
        }
    }

    private void share(PeerView view) {
        peers.accept(view);
        boolean stays = view.members().stream().anyMatch(member -> member.name().equals(name) && !member.leaving());
        if (!stays) {
            excused.countDown();
        }
    }

    /** Whether a controller has told everything on the connection there is now. */
    public synchronized boolean connected() {
        return out != null;
    }

    @Override
    public synchronized void wake(RevisionId revision) {
        send(new FromGateway.Wake(revision)); // without a controller: the gate asks again every second
    }

    @Override
    public synchronized void podOpened(RevisionId revision, String podUid) {
        opened.add(podUid);
        send(new FromGateway.PodOpened(revision, podUid));
    }

    @Override
    public synchronized void stats(Instant second, List<RevisionStat> stats) {
        history.addLast(new Second(++seconds, new FromGateway.Stats(second, stats)));
        while (history.size() > SECONDS_KEPT) {
            history.removeFirst();
        }
        tellHistory();
    }

    private void run(GatewayControl gateway) {
        boolean said = false;
        try {
            while (closed.getCount() > 0) {
                var session = new Session(gateway);
                session.open();
                session.ended.await();
                said = session.told || said;
                if (said) {
                    LOG.atWarn()
                            .addKeyValue("problem", session.problem)
                            .log("no controller; serving what it said last");
                    said = false;
                }
                var _ = closed.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
                channel.resetConnectBackoff();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @GuardedBy("this")
    private void send(FromGateway message) {
        var current = out;
        if (current != null) {
            current.onNext(message);
        }
    }

    @GuardedBy("this")
    private void tellHistory() {
        if (out == null) {
            return;
        }
        for (var second : history) {
            if (second.number() > sent) {
                send(second.stats());
                sent = second.number();
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
        channel.shutdownNow();
        try {
            // its streams end on these threads; without them it would keep its socket
            if (!channel.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.atWarn().log("the connection to the controller does not end");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        threads.shutdownNow();
    }

    /** One connection. */
    private final class Session implements StreamObserver<ToGateway> {
        private final GatewayControl gateway;
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile boolean told;
        private volatile String problem = "";
        private @Nullable StreamObserver<FromGateway> requests;

        Session(GatewayControl gateway) {
            this.gateway = gateway;
        }

        void open() {
            // fails at once when nobody listens: gRPC's own patience grows to minutes
            var call = channel.newCall(LinkProtocol.CONNECT, CallOptions.DEFAULT);
            var stream = ClientCalls.asyncBidiStreamingCall(call, this);
            synchronized (GatewayLink.this) {
                requests = stream;
                var address = peer;
                stream.onNext(
                        address == null
                                ? new FromGateway.Hello(name, null, 0)
                                : new FromGateway.Hello(
                                        name, address.getAddress().getHostAddress(), address.getPort()));
            }
        }

        @Override
        public void onNext(ToGateway message) {
            switch (message) {
                case ToGateway.State state -> begin(state);
                case ToGateway.Peers(var view) -> share(view);
                case ToGateway.Program(var table) -> tell(new FromGateway.Ack(gateway.program(table)));
                case ToGateway.Pods(var revision, var endpoints) -> {
                    synchronized (GatewayLink.this) {
                        known(revision, endpoints);
                    }
                    gateway.pods(revision, endpoints);
                }
                case ToGateway.Cordon(long id, var revision, var uids) -> {
                    synchronized (GatewayLink.this) {
                        cordoned.computeIfAbsent(revision, _ -> new HashSet<>()).addAll(uids);
                    }
                    gateway.cordon(revision, uids);
                    tell(new FromGateway.Answer(id, true));
                }
                case ToGateway.Uncordon(var revision, var uids) -> {
                    synchronized (GatewayLink.this) {
                        cordoned.getOrDefault(revision, new HashSet<>()).removeAll(uids);
                    }
                    gateway.uncordon(revision, uids);
                }
                case ToGateway.Drain drain -> threads.execute(() -> drain(drain));
            }
        }

        /** Takes over the whole state: pods and cordons that a controller before this one knew of may be gone. */
        private void begin(ToGateway.State state) {
            var version = gateway.program(state.table());
            Set<RevisionId> gone;
            Map<RevisionId, Set<String>> stale = new HashMap<>();
            synchronized (GatewayLink.this) {
                gone = new HashSet<>(pods.keySet());
                gone.removeAll(state.pods().keySet());
                gone.forEach(revision -> known(revision, List.of()));
                state.pods().forEach(GatewayLink.this::known);
                cordoned.forEach((revision, uids) -> {
                    var no = new HashSet<>(uids);
                    no.removeAll(state.cordoned().getOrDefault(revision, Set.of()));
                    stale.put(revision, no);
                });
                cordoned.clear();
                state.cordoned().forEach((revision, uids) -> cordoned.put(revision, new HashSet<>(uids)));
            }
            gone.forEach(revision -> gateway.pods(revision, List.of()));
            state.pods().forEach(gateway::pods);
            stale.forEach(gateway::uncordon);
            state.cordoned().forEach(gateway::cordon);
            synchronized (GatewayLink.this) {
                told = true;
                out = requests;
                if (epoch != state.epoch()) {
                    epoch = state.epoch();
                    sent = 0; // another controller: it has seen nothing of what was before it
                }
                send(new FromGateway.Ack(version));
                for (var revision : pods.entrySet()) {
                    for (var pod : revision.getValue()) {
                        if (opened.contains(pod.uid())) {
                            send(new FromGateway.PodOpened(revision.getKey(), pod.uid()));
                        }
                    }
                }
                tellHistory();
            }
            LOG.atInfo().addKeyValue("table", version).log("a controller has told everything");
        }

        private void drain(ToGateway.Drain drain) {
            try {
                tell(new FromGateway.Answer(
                        drain.call(),
                        gateway.awaitDrained(
                                drain.revision(), drain.podUids(), Duration.ofMillis(drain.limitMillis()))));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        private void tell(FromGateway message) {
            synchronized (GatewayLink.this) {
                if (requests != null && Objects.equals(out, requests)) {
                    send(message);
                }
            }
        }

        @Override
        public void onError(Throwable cause) {
            problem = String.valueOf(cause.getMessage());
            end();
        }

        @Override
        public void onCompleted() {
            problem = "the controller has closed the connection";
            end();
        }

        private void end() {
            synchronized (GatewayLink.this) {
                if (Objects.equals(out, requests)) {
                    out = null;
                }
            }
            ended.countDown();
        }
    }

    @GuardedBy("this")
    private void known(RevisionId revision, List<PodEndpoint> endpoints) {
        var before = endpoints.isEmpty() ? pods.remove(revision) : pods.put(revision, List.copyOf(endpoints));
        if (before != null) {
            var there = new HashSet<String>();
            endpoints.forEach(pod -> there.add(pod.uid()));
            before.forEach(pod -> {
                if (!there.contains(pod.uid())) {
                    opened.remove(pod.uid());
                }
            });
        }
    }
}
