package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.gateway.peers.Peering;
import dev.sluice.model.dataplane.PeerView;
import dev.sluice.model.dataplane.PeerView.Peer;
import dev.sluice.model.dataplane.PodEndpoint.State;
import dev.sluice.model.dataplane.TableVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several gateways in front of the same pods: together they keep to a revision's limit, whoever of them comes and goes. */
class PeersIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    private record Member(String name, Fixture fixture) implements AutoCloseable {
        @Override
        public void close() {
            fixture.close();
        }

        Peer peer(boolean leaving) {
            var address = fixture.gateway.peerAddress();
            return new Peer(name, address.getAddress().getHostAddress(), address.getPort(), leaving);
        }
    }

    private static Member member(String name, int concurrency, CountingPod... pods) throws IOException {
        var fixture = new Fixture(GatewayConfig.on(List.of(Fixture.loopback()), Fixture.loopback())
                .withDrainTimeout(Duration.ofSeconds(5))
                .withPeers(new Peering.Settings(name, Fixture.loopback(), "secret")));
        fixture.program(Fixture.settings(concurrency, 1_000));
        fixture.gateway.pods(
                Fixture.REVISION,
                List.of(pods).stream()
                        .map(pod -> Fixture.pod(pod.upstream, State.READY))
                        .toList());
        return new Member(name, fixture);
    }

    private static PeerView view(long sequence, List<Peer> members) {
        return new PeerView(new TableVersion(1, sequence), members);
    }

    private static List<Peer> peers(Member... members) {
        return List.of(members).stream().map(member -> member.peer(false)).toList();
    }

    private static void tell(PeerView view, Member... members) {
        for (var member : members) {
            member.fixture().gateway.peers(view);
        }
    }

    /** Clients of one gateway that ask again and again. */
    private static final class Load {
        final AtomicInteger answered = new AtomicInteger();
        final Queue<String> wrong = new ConcurrentLinkedQueue<>();
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean stop;

        Load(Member member, int clients) {
            for (int i = 0; i < clients; i++) {
                threads.add(Thread.ofVirtual().start(() -> run(member)));
            }
        }

        private void run(Member member) {
            try (var client = member.fixture().client()) {
                client.socket.setSoTimeout(30_000);
                while (!stop) {
                    var answer = client.send(RawClient.get(Fixture.HOST, "/")).answer();
                    if (answer.startsWith("HTTP/1.1 200")) {
                        answered.incrementAndGet();
                    } else {
                        wrong.add(answer);
                        return;
                    }
                }
            } catch (IOException e) {
                wrong.add(e.toString());
            }
        }

        void stop() throws InterruptedException {
            stop = true;
            for (var thread : threads) {
                thread.join();
            }
            assertThat(wrong).isEmpty();
        }

        void awaitMore(int count) {
            int before = answered.get();
            await().atMost(SOON).until(() -> !wrong.isEmpty() || answered.get() >= before + count);
            assertThat(wrong).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void theLimitHoldsExactlyWhileGatewaysComeAndGo(int concurrency) throws Exception {
        var random = new Random(42);
        try (var one = new CountingPod();
                var two = new CountingPod()) {
            var a = member("a", concurrency, one, two);
            var b = member("b", concurrency, one, two);
            try (a;
                    b) {
                tell(view(1, peers(a, b)), a, b);
                var loads = List.of(new Load(a, 8), new Load(b, 8));
                loads.forEach(load -> load.awaitMore(20));
                long sequence = 1;
                for (int round = 0; round < 6; round++) {
                    var c = member("c" + round, concurrency, one, two);
                    try (c) {
                        tellInAnyOrder(random, view(++sequence, peers(a, b, c)), a, b, c);
                        var more = new Load(c, 8);
                        more.awaitMore(10);
                        loads.forEach(load -> load.awaitMore(5));
                        tellInAnyOrder(
                                random, view(++sequence, List.of(a.peer(false), b.peer(false), c.peer(true))), a, b, c);
                        more.awaitMore(5);
                        more.stop();
                    }
                    tellInAnyOrder(random, view(++sequence, peers(a, b)), a, b);
                    loads.forEach(load -> load.awaitMore(10));
                }
                for (var load : loads) {
                    load.stop();
                }
            }
            assertThat(one.most.get()).isEqualTo(concurrency);
            assertThat(two.most.get()).isEqualTo(concurrency);
        }
    }

    /** As messages of a control plane arrive: each gateway in its own time. */
    private static void tellInAnyOrder(Random random, PeerView view, Member... members) throws InterruptedException {
        var order = new ArrayList<>(List.of(members));
        Collections.shuffle(order, random);
        var done = new CountDownLatch(members.length);
        for (var member : order) {
            Thread.ofVirtual().start(() -> {
                member.fixture().gateway.peers(view);
                done.countDown();
            });
        }
        done.await();
    }

    @Test
    void whatWaitsForAHomeThatDiedIsServedInTheNextView() throws Exception {
        try (var pod = new CountingPod()) {
            var a = member("a", 1, pod);
            var b = member("b", 1, pod);
            var view = view(1, peers(a, b));
            var home = view.home(Fixture.REVISION).orElseThrow().name().equals("a") ? a : b;
            var other = home.equals(a) ? b : a;
            try (other) {
                try (home) {
                    tell(view, a, b);
                    var load = new Load(other, 4);
                    load.awaitMore(10);
                    load.stop();
                }
                var load = new Load(other, 4); // their home is gone
                tell(view(2, peers(other)), other);
                load.awaitMore(10);
                load.stop();
            }
            assertThat(pod.most.get()).isEqualTo(1);
        }
    }

    @Test
    void aHomeThatIsCutOffAddsAtMostItsLimitAndNothingOnceItIsBack() throws Exception {
        try (var pod = new CountingPod()) {
            var a = member("a", 2, pod);
            var b = member("b", 2, pod);
            try (a;
                    b) {
                var view = view(1, peers(a, b));
                tell(view, a, b);
                var home = view.home(Fixture.REVISION).orElseThrow().name().equals("a") ? a : b;
                var other = home.equals(a) ? b : a;
                var loads = List.of(new Load(home, 8), new Load(other, 8));
                loads.forEach(load -> load.awaitMore(10));
                tell(view(2, peers(other)), other); // of which the home does not hear
                loads.getLast().awaitMore(50);
                assertThat(pod.most.get()).isLessThanOrEqualTo(4);
                tell(view(3, peers(a, b)), a, b);
                for (var load : loads) {
                    load.awaitMore(10);
                    load.stop();
                }
                pod.most.set(0);
                var again = List.of(new Load(home, 8), new Load(other, 8));
                for (var load : again) {
                    load.awaitMore(20);
                    load.stop();
                }
                assertThat(pod.most.get()).isEqualTo(2);
            }
        }
    }

    @Test
    void whatWaitsInAGatewayThatIsCutOffFromItsHomeWaitsForTheNextView() throws Exception {
        try (var pod = new CountingPod()) {
            var a = member("a", 1, pod);
            var b = member("b", 1, pod);
            try (a;
                    b) {
                var view = view(1, peers(a, b));
                tell(view, a, b);
                var home = view.home(Fixture.REVISION).orElseThrow().name().equals("a") ? a : b;
                var other = home.equals(a) ? b : a;
                tell(view(2, peers(home)), home);
                try (var client = other.fixture().client()) {
                    client.send(RawClient.get(Fixture.HOST, "/"));
                    await().atMost(SOON).until(() -> Admin.metric(other.fixture(), "revision_queue_depth") == 1);
                    assertThat(home.fixture().get("/")).startsWith("HTTP/1.1 200");
                    assertThat(client.in.available()).isZero();
                    tell(view(3, peers(a, b)), a, b);
                    assertThat(client.answer()).startsWith("HTTP/1.1 200");
                }
            }
        }
    }

    @Test
    void withoutAViewOnlyWhatHasALimitWaits() throws Exception {
        try (var pod = new CountingPod()) {
            var limited = member("a", 1, pod);
            var free = member("b", 0, pod);
            try (var first = limited.fixture();
                    var second = free.fixture();
                    var client = first.client()) {
                assertThat(second.get("/")).startsWith("HTTP/1.1 200");
                client.send(RawClient.get(Fixture.HOST, "/"));
                await().atMost(SOON).until(() -> Admin.metric(first, "revision_queue_depth") == 1);
                tell(view(1, peers(limited)), limited);
                assertThat(client.answer()).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void aGatewayThatDoesNotKnowTheTokenGetsNothing() throws Exception {
        try (var pod = new CountingPod();
                var stranger = new Fixture(GatewayConfig.on(List.of(Fixture.loopback()), Fixture.loopback())
                        .withPeers(new Peering.Settings("stranger", Fixture.loopback(), "guess")))) {
            stranger.program(Fixture.settings(1, 10));
            var keeper = member("keeper", 1, pod);
            try (var fixture = keeper.fixture()) {
                var both = List.of(keeper.peer(false), new Member("stranger", stranger).peer(false));
                tell(view(1, List.of(keeper.peer(false))), keeper);
                stranger.gateway.peers(view(1, both));
                assertThat(fixture.get("/")).startsWith("HTTP/1.1 200");
                tell(view(2, both), keeper);
                tell(view(3, List.of(keeper.peer(false))), keeper);
                assertThat(fixture.get("/")).startsWith("HTTP/1.1 200");
            }
        }
    }
}
