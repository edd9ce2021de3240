package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.PodEndpoint.State;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RouteTable;
import dev.sluice.model.dataplane.TableVersion;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the control plane tells and is told, the admin listener, and an orderly end. */
class ControlIT {
    private static final RevisionId OTHER = new RevisionId("default", "hello-00002");

    private static HostRule.Split split(RevisionId revision, int percent) {
        return new HostRule.Split(new HostRule.Target.ToRevision(revision), percent);
    }

    private static RouteTable table(TableVersion version, int percentOfOther) {
        var rule = new HostRule(
                "default",
                "hello",
                List.of(split(Fixture.REVISION, 100 - percentOfOther), split(OTHER, percentOfOther)),
                Map.of("next", OTHER));
        return new RouteTable(
                version,
                Map.of(Fixture.HOST, rule),
                Map.of(Fixture.REVISION, Fixture.settings(0, 10), OTHER, Fixture.settings(0, 10)));
    }

    @Test
    void splitsByPercentAndFollowsTheTag() throws Exception {
        try (var one = RawUpstream.saying("one");
                var two = RawUpstream.saying("two");
                var fixture = new Fixture();
                var client = fixture.client()) {
            fixture.program(table(fixture.next(), 25));
            fixture.ready(one);
            fixture.gateway.pods(OTHER, List.of(Fixture.pod(two, State.READY)));
            for (int i = 0; i < 1000; i++) {
                client.send(RawClient.get(Fixture.HOST, "/")).answer();
            }
            assertThat(two.heads.size()).isBetween(180, 320);
            var tagged = "GET / HTTP/1.1\r\nHost: hello.localhost\r\nKnative-Serving-Tag: next\r\n\r\n";
            for (int i = 0; i < 20; i++) {
                assertThat(client.send(tagged).answer()).endsWith("two");
            }
            assertThat(two.heads).noneMatch(head -> head.contains("Knative-Serving-Tag"));
        }
    }

    @Test
    void serves100PercentOfTheNewTableOnceProgramReturns() throws Exception {
        try (var one = RawUpstream.saying("one");
                var two = RawUpstream.saying("two");
                var fixture = new Fixture();
                var client = fixture.client()) {
            fixture.program(table(fixture.next(), 0));
            fixture.ready(one);
            fixture.gateway.pods(OTHER, List.of(Fixture.pod(two, State.READY)));
            assertThat(client.send(RawClient.get(Fixture.HOST, "/")).answer()).endsWith("one");
            fixture.program(table(fixture.next(), 100));
            assertThat(client.send(RawClient.get(Fixture.HOST, "/")).answer()).endsWith("two");
        }
    }

    @Test
    void keepsTheNewerTable() throws Exception {
        try (var fixture = new Fixture()) {
            var newer = new TableVersion(2, 1);
            assertThat(fixture.gateway.program(table(newer, 0))).isEqualTo(newer);
            assertThat(fixture.gateway.program(table(new TableVersion(1, 9), 0)))
                    .isEqualTo(newer);
        }
    }

    @Test
    void sendsToFixedAddressesWithoutWaking() throws Exception {
        try (var ingress = RawUpstream.saying("event");
                var fixture = new Fixture()) {
            var target = new HostRule.Target.ToAddress("127.0.0.1", ingress.port());
            var rule = new HostRule("default", "channel", List.of(new HostRule.Split(target, 100)), Map.of());
            fixture.program(new RouteTable(fixture.next(), Map.of(Fixture.HOST, rule), Map.of()));
            assertThat(fixture.get("/")).endsWith("event");
            ingress.stop();
            assertThat(fixture.get("/")).startsWith("HTTP/1.1 502 ");
            assertThat(fixture.events.wakes).isEmpty();
        }
    }

    @Test
    void answersProbesOfTheNetworkLayerWithoutWaking() throws Exception {
        try (var fixture = new Fixture().program(Fixture.settings(0, 10));
                var client = fixture.client()) {
            var probe = "GET / HTTP/1.1\r\nHost: hello.localhost\r\nK-Network-Probe: ";
            assertThat(client.send(probe + "probe\r\nK-Network-Hash: override\r\n\r\n")
                            .answer())
                    .startsWith("HTTP/1.1 200 ")
                    .contains("K-Network-Hash: 1.1\r\n");
            assertThat(client.send(probe + "probe\r\n\r\n").answer()).startsWith("HTTP/1.1 400 ");
            assertThat(client.send(probe + "queue\r\n\r\n").answer()).startsWith("HTTP/1.1 503 ");
            assertThat(client.send(probe + "x\r\n\r\n").answer()).endsWith("unexpected probe header value: \"x\"");
            assertThat(fixture.events.wakes).isEmpty();
        }
    }

    @Test
    void reportsSecondsWithActivityAndFallsSilent() throws Exception {
        var slow = new SlowPods();
        try (var pod = new RawUpstream(slow);
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod)) {
            var request = CompletableFuture.supplyAsync(() -> {
                try {
                    return fixture.get("/");
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            await().until(() -> fixture.events.stats.stream()
                    .anyMatch(stat -> stat.averageConcurrency() > 0.95 && stat.averageConcurrency() < 1.05));
            slow.goes.release();
            request.join();
            // one more second may still have something to tell
            await().until(() -> fixture.events.stats.size() > 1);
            await().during(Duration.ofMillis(1300))
                    .atMost(Duration.ofSeconds(5))
                    .until(fixture.events.stats::size, new Settled());
            assertThat(fixture.events.stats.stream()
                            .mapToDouble(stat -> stat.requests())
                            .sum())
                    .isEqualTo(1);
            assertThat(fixture.events.stats.stream()
                            .mapToLong(stat -> stat.failed5xx())
                            .sum())
                    .isZero();
        }
    }

    @Test
    void isReadyOnceProgrammed() throws Exception {
        try (var fixture = new Fixture()) {
            assertThat(Admin.get(fixture, "/healthz")).startsWith("HTTP/1.1 200 ");
            assertThat(Admin.get(fixture, "/ready")).startsWith("HTTP/1.1 503 ");
            fixture.program(Fixture.settings(0, 1));
            assertThat(Admin.get(fixture, "/ready")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void aDrainHookWaitsForItsPodsDeletionAndForWhatIsInFlight() throws Exception {
        var slow = new SlowPods();
        try (var pod = new RawUpstream(slow);
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod)) {
            var request = async(() -> fixture.get("/"));
            await().until(() -> slow.now.get() == 1);
            var hook = async(() -> Admin.get(fixture, "/drain/default/hello-00001"));
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(pod, State.TERMINATING)));
            assertThat(hook).isNotDone();
            slow.goes.release();
            assertThat(request.get()).endsWith("done");
            assertThat(hook.get()).endsWith("DRAINED\n");
        }
    }

    @Test
    void aDrainHookIsNotFooledByAnotherPodsDeletion() throws Exception {
        try (var gone = RawUpstream.saying("x");
                var slow = new RawUpstream(new SlowPods());
                var fixture = new Fixture().program(Fixture.settings(0, 10))) {
            fixture.gateway.pods(
                    Fixture.REVISION, List.of(Fixture.pod(gone, State.TERMINATING), Fixture.pod(slow, State.READY)));
            assertThat(Admin.get(fixture, "/drain/default/hello-00001")).endsWith("DRAINED\n");
            assertThat(Admin.get(fixture, "/drain/default/hello-00001")).endsWith("NO_DELETION\n");
        }
    }

    @Test
    void everyContainerOfAPodHasAHookOfItsOwn() throws Exception {
        try (var gone = RawUpstream.saying("x");
                var fixture = new Fixture().program(Fixture.settings(0, 10))) {
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(gone, State.TERMINATING)));
            assertThat(Admin.get(fixture, "/drain/default/hello-00001/serves")).endsWith("DRAINED\n");
            assertThat(Admin.get(fixture, "/drain/default/hello-00001/beside")).endsWith("DRAINED\n");
        }
    }

    @Test
    void letsALivenessRestartGoAfterTwoSeconds() throws Exception {
        try (var pod = RawUpstream.saying("x");
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod)) {
            long start = System.nanoTime();
            assertThat(Admin.get(fixture, "/drain/default/hello-00001")).endsWith("NO_DELETION\n");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(1900), Duration.ofSeconds(4));
        }
    }

    @Test
    void closingLetsRequestsInFlightFinish() throws Exception {
        var slow = new SlowPods();
        try (var pod = new RawUpstream(slow);
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var idle = fixture.client()) {
            var request = async(() -> fixture.get("/"));
            await().until(() -> slow.now.get() == 1);
            var closing = async(() -> {
                fixture.gateway.close();
                return "closed";
            });
            assertThat(idle.rest()).isEmpty();
            assertThat(closing).isNotDone();
            slow.goes.release();
            assertThat(request.get()).contains("Connection: close\r\n").endsWith("done");
            closing.get();
        }
    }

    @Test
    void aThousandIdleRevisionsCostLessThan20KibEach() throws Exception {
        try (var fixture = new Fixture()) {
            var hosts = new HashMap<String, HostRule>();
            var revisions = new HashMap<RevisionId, dev.sluice.model.dataplane.RevisionSettings>();
            for (int i = 0; i < 1000; i++) {
                var revision = new RevisionId("default", "idle-" + i);
                hosts.put(
                        "idle-" + i + ".localhost",
                        new HostRule("default", "r", List.of(split(revision, 100)), Map.of()));
                revisions.put(revision, Fixture.settings(0, 10));
            }
            long before = used();
            fixture.program(new RouteTable(fixture.next(), hosts, revisions));
            assertThat(used() - before).isLessThan(1000 * 20 * 1024);
        }
    }

    /** Whether a number is what it was when asked before. */
    private static final class Settled extends org.hamcrest.BaseMatcher<Integer> {
        private int last = -1;

        @Override
        public boolean matches(Object size) {
            boolean same = size.equals(last);
            last = (Integer) size;
            return same;
        }

        @Override
        public void describeTo(org.hamcrest.Description description) {
            description.appendText("no change");
        }
    }

    private static long used() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static CompletableFuture<String> async(java.util.concurrent.Callable<String> task) {
        var result = new CompletableFuture<String>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(task.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }
}
