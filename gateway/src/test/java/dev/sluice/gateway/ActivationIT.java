package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.model.dataplane.PodEndpoint.State;
import dev.sluice.model.dataplane.RevisionSettings;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From no pod to a pod and back: waiting, waking, limits, probes, cordons. */
class ActivationIT {
    private static List<Future<String>> start(int clients, Callable<String> task) {
        var started = new ArrayList<Future<String>>();
        for (int i = 0; i < clients; i++) {
            var future = new java.util.concurrent.FutureTask<>(task);
            Thread.ofVirtual().start(future);
            started.add(future);
        }
        return started;
    }

    private static void waitForQueue(Fixture fixture, int waiting) {
        await().until(() -> Admin.metric(fixture, "revision_queue_depth") == waiting);
    }

    @Test
    void holdsRequestsUntilALatePodAnswersAndAsksForItOnceASecond() throws Exception {
        long begin = System.nanoTime();
        try (var fixture = new Fixture().program(Fixture.settings(0, 100))) {
            int port = freePort();
            var requests = start(20, () -> fixture.get("/"));
            waitForQueue(fixture, 20);
            long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
            assertThat(fixture.events.wakes).containsOnly(Fixture.REVISION).hasSizeBetween(1, 1 + (int) seconds);
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(port, State.STARTING, 0)));
            try (var _ = new RawUpstream(port, (head, in, out) -> {
                RawUpstream.write(out, RawUpstream.ok("late"));
                return true;
            })) {
                for (var request : requests) {
                    assertThat(request.get()).contains("Sluice-Queue-Time: ").endsWith("\r\n\r\nlate");
                }
            }
            assertThat(fixture.events.opened).containsExactly("uid-" + port);
            assertThat(Admin.metric(fixture, "sluice_revision_queue_wait_seconds_count"))
                    .isEqualTo(20);
            assertThat(Admin.metric(fixture, "sluice_revision_queue_wait_seconds_sum"))
                    .isPositive();
        }
    }

    @Test
    void asksAgainEverySecondWhileNoPodComes() throws Exception {
        try (var fixture = new Fixture().program(Fixture.settings(0, 100));
                var client = fixture.client()) {
            client.send(RawClient.get(Fixture.HOST, "/"));
            await().atMost(Duration.ofSeconds(5)).until(() -> fixture.events.wakes.size() >= 3);
            assertThat(fixture.events.wakes.size()).isLessThanOrEqualTo(4);
        }
    }

    @Test
    void refusesWhatDoesNotFitIntoTheQueue() throws Exception {
        try (var fixture = new Fixture().program(Fixture.settings(1, 5))) {
            start(5, () -> fixture.get("/"));
            waitForQueue(fixture, 5);
            assertThat(fixture.get("/"))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("Retry-After: 1\r\n")
                    .endsWith("pending request queue full");
        }
    }

    @ParameterizedTest(name = "{0} per pod")
    @ValueSource(ints = {1, 10})
    void neverGivesAPodMoreThanItsLimit(int limit) throws Exception {
        var first = new SlowPods();
        var second = new SlowPods();
        try (var a = new RawUpstream(first);
                var b = new RawUpstream(second);
                var fixture =
                        new Fixture().program(Fixture.settings(limit, 1000)).ready(a, b)) {
            var requests = start(200, () -> fixture.get("/"));
            await().until(() -> first.now.get() == limit && second.now.get() == limit);
            waitForQueue(fixture, 200 - 2 * limit);
            first.goes.release(200);
            second.goes.release(200);
            for (var request : requests) {
                assertThat(request.get()).startsWith("HTTP/1.1 200 ");
            }
            assertThat(first.most).hasValue(limit);
            assertThat(second.most).hasValue(limit);
        }
    }

    /** Without a queue, a request that comes too early is refused. */
    @Test
    void whoHasReadAnAnswerFindsItsPlaceFree() throws Exception {
        try (var pod = RawUpstream.saying("x");
                var fixture = new Fixture().program(Fixture.settings(1, 0)).ready(pod)) {
            for (int i = 0; i < 500; i++) {
                assertThat(fixture.get("/")).startsWith("HTTP/1.1 200 ");
            }
        }
    }

    @Test
    void letsRequestsThroughInTheOrderTheyCame() throws Exception {
        var order = new java.util.concurrent.ConcurrentLinkedQueue<String>();
        try (var pod = new RawUpstream((head, in, out) -> {
                    order.add(head.substring(5, 6));
                    RawUpstream.write(out, RawUpstream.ok("x"));
                    return true;
                });
                var fixture = new Fixture().program(Fixture.settings(1, 100))) {
            for (int i = 0; i < 6; i++) {
                var path = "/" + i;
                start(1, () -> fixture.get(path));
                waitForQueue(fixture, i + 1);
            }
            fixture.ready(pod);
            await().until(() -> order.size() == 6);
            assertThat(order).containsExactly("0", "1", "2", "3", "4", "5");
        }
    }

    @Test
    void aClientThatLeavesGivesItsPlaceInTheQueueBack() throws Exception {
        try (var fixture = new Fixture().program(Fixture.settings(1, 1))) {
            try (var client = fixture.client()) {
                client.send(RawClient.get(Fixture.HOST, "/"));
                waitForQueue(fixture, 1);
            }
            waitForQueue(fixture, 0);
        }
    }

    @Test
    void aRefusedConnectionGoesToAnotherPodAndClosesTheFirst() throws Exception {
        try (var alive = RawUpstream.saying("alive");
                var dead = RawUpstream.saying("dead");
                var fixture = new Fixture().program(Fixture.settings(2, 10)).ready(dead, alive)) {
            dead.stop();
            for (int i = 0; i < 10; i++) {
                assertThat(fixture.get("/")).endsWith("alive");
            }
            assertThat(Admin.metric(fixture, "sluice_revision_open_pods")).isEqualTo(1);
            try (var _ = new RawUpstream(dead.port(), (head, in, out) -> false)) {
                await().until(() -> Admin.metric(fixture, "sluice_revision_open_pods") == 2);
            }
        }
    }

    @Test
    void waitsForAnotherPodWhenTheOnlyOneDisappears() throws Exception {
        try (var fixture = new Fixture().program(Fixture.settings(1, 10));
                var first = RawUpstream.saying("first");
                var second = RawUpstream.saying("second")) {
            fixture.ready(first);
            first.stop();
            var request = start(1, () -> fixture.get("/")).getFirst();
            waitForQueue(fixture, 1);
            fixture.gateway.pods(Fixture.REVISION, List.of());
            fixture.ready(second);
            assertThat(request.get()).endsWith("second");
        }
    }

    @Test
    void opensAPodWhenItsOwnHttpProbeSucceedsAndNotBefore() throws Exception {
        var healthy = new java.util.concurrent.atomic.AtomicBoolean();
        var probe = new RevisionSettings.Probe.Http(0, "/health", List.of("X-Probe: yes"));
        var settings = new RevisionSettings(0, Duration.ofSeconds(30), null, null, 10, probe, false);
        try (var pod = new RawUpstream((head, in, out) -> {
                    boolean good = !head.startsWith("GET /health") || (healthy.get() && head.contains("X-Probe: yes"));
                    RawUpstream.write(
                            out, good ? RawUpstream.ok("up") : "HTTP/1.1 503 Not Yet\r\nContent-Length: 0\r\n\r\n");
                    return false;
                });
                var fixture = new Fixture().program(settings)) {
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(pod, State.STARTING)));
            var request = start(1, () -> fixture.get("/")).getFirst();
            await().until(() -> pod.heads.size() > 3);
            assertThat(request.isDone()).isFalse();
            healthy.set(true);
            assertThat(request.get()).endsWith("up");
        }
    }

    /** A pod may be told to stop before the kubelet has asked it once, and is then never Ready, nor not Ready any more. */
    @Test
    void closesAPodAgainThatOnlyItsOwnProbeOpenedWhenTheProbeFails() throws Exception {
        var healthy = new java.util.concurrent.atomic.AtomicBoolean(true);
        var probe = new RevisionSettings.Probe.Http(0, "/health", List.of());
        var settings = new RevisionSettings(0, Duration.ofSeconds(30), null, null, 10, probe, false);
        try (var pod = new RawUpstream((head, in, out) -> {
                    boolean good = !head.startsWith("GET /health") || healthy.get();
                    RawUpstream.write(
                            out, good ? RawUpstream.ok("up") : "HTTP/1.1 503 No More\r\nContent-Length: 0\r\n\r\n");
                    return false;
                });
                var fixture = new Fixture().program(settings)) {
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(pod, State.STARTING)));
            assertThat(fixture.get("/")).endsWith("up");
            healthy.set(false);
            await().atMost(Duration.ofSeconds(30)).until(() -> Admin.metric(fixture, "sluice_revision_open_pods") == 0);
            var request = start(1, () -> fixture.get("/")).getFirst();
            waitForQueue(fixture, 1);
            healthy.set(true);
            assertThat(request.get()).endsWith("up");
            assertThat(fixture.events.opened).containsExactly("uid-" + pod.port());
        }
    }

    @Test
    void asksAPodNoMoreOnceKubernetesSaysThatItIsReady() throws Exception {
        try (var pod = RawUpstream.saying("x");
                var fixture = new Fixture().program(Fixture.settings(0, 10))) {
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(pod, State.STARTING)));
            assertThat(fixture.get("/")).endsWith("x");
            fixture.ready(pod);
            int asked = pod.connections.get();
            await().during(Duration.ofMillis(2_500))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> pod.connections.get() <= asked + 1);
        }
    }

    @Test
    void leavesExecProbesToTheKubelet() throws Exception {
        var settings = new RevisionSettings(
                0, Duration.ofSeconds(30), null, null, 10, new RevisionSettings.Probe.None(), false);
        try (var pod = RawUpstream.saying("x");
                var fixture = new Fixture().program(settings)) {
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(pod, State.STARTING)));
            var request = start(1, () -> fixture.get("/")).getFirst();
            waitForQueue(fixture, 1);
            assertThat(pod.connections).hasValue(0);
            fixture.ready(pod);
            assertThat(request.get()).startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UNREADY", "TERMINATING"})
    void sendsNothingNewToAPodThatKubernetesTookBack(String state) throws Exception {
        try (var pod = RawUpstream.saying("x");
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod)) {
            assertThat(fixture.get("/")).startsWith("HTTP/1.1 200 ");
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(pod, State.valueOf(state))));
            start(1, () -> fixture.get("/"));
            waitForQueue(fixture, 1);
            assertThat(pod.heads).hasSize(1);
        }
    }

    @Test
    void aRestartClosesThePodUntilItAnswersAgain() throws Exception {
        try (var pod = RawUpstream.saying("x");
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod)) {
            int port = pod.port();
            pod.stop();
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(port, State.READY, 1)));
            assertThat(Admin.metric(fixture, "sluice_revision_open_pods")).isZero();
            try (var _ = new RawUpstream(port, (head, in, out) -> false)) {
                await().until(() -> Admin.metric(fixture, "sluice_revision_open_pods") == 1);
            }
        }
    }

    @Test
    void aCordonKeepsNewRequestsAwayAndWaitsForOldOnes() throws Exception {
        var slow = new SlowPods();
        try (var first = new RawUpstream(slow);
                var second = RawUpstream.saying("second");
                var fixture = new Fixture().program(Fixture.settings(1, 10)).ready(first)) {
            var running = start(1, () -> fixture.get("/")).getFirst();
            await().until(() -> slow.now.get() == 1);
            fixture.ready(first, second);
            var victims = Set.of("uid-" + first.port());
            fixture.gateway.cordon(Fixture.REVISION, victims);
            assertThat(fixture.gateway.awaitDrained(Fixture.REVISION, victims, Duration.ofMillis(50)))
                    .isFalse();
            assertThat(fixture.get("/")).endsWith("second");
            slow.goes.release();
            assertThat(fixture.gateway.awaitDrained(Fixture.REVISION, victims, Duration.ofSeconds(5)))
                    .isTrue();
            assertThat(running.get()).endsWith("done");
            fixture.gateway.uncordon(Fixture.REVISION, victims);
            assertThat(Admin.metric(fixture, "sluice_revision_open_pods")).isEqualTo(2);
        }
    }

    @Test
    void keepsABodyThatArrivesWhileTheRequestWaits() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(out, RawUpstream.ok(RawUpstream.readBody(head, in)));
                    return true;
                });
                var fixture = new Fixture().program(Fixture.settings(1, 10));
                var client = fixture.client()) {
            var text = "x".repeat(3_000) + "y".repeat(3_000);
            client.send("POST / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 6000\r\n\r\n");
            waitForQueue(fixture, 1);
            var watched = new AtomicInteger();
            await().until(() -> watched.incrementAndGet() > 5);
            client.send(text);
            fixture.ready(pod);
            assertThat(client.answer()).endsWith(text);
            assertThat(client.send(RawClient.get(Fixture.HOST, "/")).answer()).startsWith("HTTP/1.1 200 ");
        }
    }

    private static int freePort() throws Exception {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
