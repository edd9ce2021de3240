package dev.sluice.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.model.dataplane.GatewayControl;
import dev.sluice.model.dataplane.GatewayEvents;
import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.PeerView;
import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionSettings;
import dev.sluice.model.dataplane.RevisionStat;
import dev.sluice.model.dataplane.RouteTable;
import dev.sluice.model.dataplane.TableVersion;
import dev.sluice.model.dataplane.TracingSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatewayLinkIT {
    private static final RevisionId REVISION = new RevisionId("ns", "app-00001");
    private static final RevisionId OTHER = new RevisionId("ns", "other-00001");
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String TOKEN = "secret";

    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();
    private final Reports reports = new Reports();

    /** What a controller heard. */
    private static final class Reports implements GatewayEvents {
        final List<RevisionId> woken = new CopyOnWriteArrayList<>();
        final List<String> opened = new CopyOnWriteArrayList<>();
        final List<Instant> seconds = new CopyOnWriteArrayList<>();

        @Override
        public void wake(RevisionId revision) {
            woken.add(revision);
        }

        @Override
        public void podOpened(RevisionId revision, String podUid) {
            opened.add(podUid);
        }

        @Override
        public void stats(Instant second, List<RevisionStat> stats) {
            seconds.add(second);
        }
    }

    /** A gateway that keeps what it is told. */
    private static final class Told implements GatewayControl {
        volatile RouteTable table = RouteTable.empty();
        final Map<RevisionId, List<PodEndpoint>> pods = new ConcurrentHashMap<>();
        final Set<String> cordoned = ConcurrentHashMap.newKeySet();
        final CountDownLatch idle = new CountDownLatch(1);

        @Override
        public synchronized TableVersion program(RouteTable newer) {
            if (newer.version().compareTo(table.version()) > 0) {
                table = newer;
            }
            return table.version();
        }

        @Override
        public void pods(RevisionId revision, List<PodEndpoint> endpoints) {
            pods.put(revision, endpoints);
        }

        @Override
        public void cordon(RevisionId revision, Set<String> uids) {
            cordoned.addAll(uids);
        }

        @Override
        public void uncordon(RevisionId revision, Set<String> uids) {
            cordoned.removeAll(uids);
        }

        @Override
        public boolean awaitDrained(RevisionId revision, Set<String> uids, Duration limit) throws InterruptedException {
            return idle.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private GatewayLink sharing(GatewayLinkServer controller, String name, int port, List<PeerView> views) {
        var link = new GatewayLink("127.0.0.1:" + controller.port(), TOKEN, name);
        open.add(link);
        link.start(new Told(), new InetSocketAddress(InetAddress.getLoopbackAddress(), port), views::add);
        return link;
    }

    private static List<String> names(List<PeerView> views) {
        return views.isEmpty()
                ? List.of()
                : views.getLast().members().stream()
                        .map(peer -> peer.name() + ":" + peer.port() + (peer.leaving() ? " leaving" : ""))
                        .toList();
    }

    @Test
    void gatewaysLearnOfEachOtherBeforeAnythingElseAndOfWhoLeaves() throws Exception {
        var controller = controller(0, 2, 1);
        var seenByA = new CopyOnWriteArrayList<PeerView>();
        var seenByB = new CopyOnWriteArrayList<PeerView>();
        var a = sharing(controller, "a", 1001, seenByA);
        await().atMost(SOON).until(() -> controller.present() == 1);
        var b = sharing(controller, "b", 1002, seenByB);
        await().atMost(SOON).until(() -> names(seenByA).equals(List.of("a:1001", "b:1002")));
        await().atMost(SOON).until(() -> names(seenByB).equals(List.of("a:1001", "b:1002")));

        controller.program(table(1, 1)); // nobody is told who leaves before the first table, as nobody serves
        await().atMost(SOON).until(() -> a.connected() && b.connected());
        a.leave(Duration.ofSeconds(30));
        assertThat(names(seenByA)).isEqualTo(List.of("a:1001 leaving", "b:1002"));
        await().atMost(SOON).until(() -> names(seenByB).equals(List.of("a:1001 leaving", "b:1002")));
        a.close();
        await().atMost(SOON).until(() -> names(seenByB).equals(List.of("b:1002")));
        assertThat(seenByB).isSortedAccordingTo(java.util.Comparator.comparing(PeerView::version));
    }

    @Test
    void aGatewayThatDiedIsForgottenAfterAMoment() throws Exception {
        var controller = controller(0, 1, 1);
        var seen = new CopyOnWriteArrayList<PeerView>();
        sharing(controller, "a", 1001, seen);
        var dying = sharing(controller, "b", 1002, new CopyOnWriteArrayList<>());
        await().atMost(SOON).until(() -> names(seen).equals(List.of("a:1001", "b:1002")));
        dying.close();
        await().atMost(SOON).until(() -> names(seen).equals(List.of("a:1001")));
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var part : open.reversed()) {
            part.close();
        }
    }

    private GatewayLinkServer controller(int port, int expected, long epoch) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        var server = GatewayLinkServer.start(address, TOKEN, expected, epoch, reports);
        open.add(server);
        return server;
    }

    private GatewayLink gateway(GatewayLinkServer controller, String token, Told told) {
        var link = new GatewayLink("127.0.0.1:" + controller.port(), token, "test");
        open.add(link);
        link.start(told);
        return link;
    }

    private static RouteTable table(long epoch, long sequence) {
        var settings = new RevisionSettings(
                3,
                Duration.ofSeconds(300),
                Duration.ofSeconds(10),
                null,
                1000,
                new RevisionSettings.Probe.Http(0, "/ready", List.of("A: b")),
                false,
                new RevisionSettings.Owners("app", "app-config"));
        var plain = new RevisionSettings(
                0, Duration.ofSeconds(60), null, null, 10, new RevisionSettings.Probe.Tcp(8080), true);
        return new RouteTable(
                new TableVersion(epoch, sequence),
                Map.of(
                        "app.ns.localhost",
                        new HostRule(
                                "ns",
                                "app",
                                List.of(
                                        new HostRule.Split(new HostRule.Target.ToRevision(REVISION), 90),
                                        new HostRule.Split(new HostRule.Target.ToAddress("10.0.0.1", 80), 10)),
                                Map.of("old", OTHER))),
                Map.of(REVISION, settings, OTHER, plain),
                Map.of(),
                new TracingSettings("http://collector:4318/v1/traces", 0.25));
    }

    private static PodEndpoint pod(String uid) {
        return new PodEndpoint(uid, "pod-" + uid, "10.0.0.2", 8080, PodEndpoint.State.READY, 0);
    }

    private static List<RevisionStat> stats() {
        return List.of(new RevisionStat(REVISION, 1.5, 3, 0, 0, 12.5));
    }

    @Test
    void aTableCountsAsServedOnlyWhenEveryExpectedGatewayHasAcknowledgedIt() throws Exception {
        var controller = controller(0, 2, 1);
        var first = new Told();
        var second = new Told();
        gateway(controller, TOKEN, first);
        await().until(() -> controller.present() == 1);
        assertThat(controller.program(table(1, 1))).isEqualTo(new TableVersion(0, 0));
        assertThat(controller.acknowledged(table(1, 1))).isEqualTo(new TableVersion(0, 0));

        gateway(controller, TOKEN, second);
        await().until(() -> controller.gateways() == 2);
        await().until(() -> controller.acknowledged(table(1, 1)).equals(new TableVersion(1, 1)));
        assertThat(controller.program(table(1, 2))).isEqualTo(new TableVersion(1, 2));
        assertThat(first.table).isEqualTo(table(1, 2));
        assertThat(second.table).isEqualTo(table(1, 2));
    }

    /** As after a clock was set back: the gateway keeps what it has, and its word for that counts for nothing. */
    @Test
    void aTableOfAnotherControllerDoesNotCountForOurs() throws Exception {
        var controller = controller(0, 1, 5);
        var there = new Told();
        there.program(table(9, 9));
        gateway(controller, TOKEN, there);
        await().until(() -> controller.present() == 1);
        assertThat(controller.program(table(5, 1))).isEqualTo(new TableVersion(0, 0));
    }

    @Test
    void aGatewayThatComesLateIsToldEverything() throws Exception {
        var controller = controller(0, 1, 1);
        controller.pods(REVISION, List.of(pod("a"), pod("b")));
        controller.program(table(1, 1));
        var told = new Told();
        gateway(controller, TOKEN, told);
        await().until(() -> told.table.equals(table(1, 1)) && told.pods.containsKey(REVISION));
        assertThat(told.pods).containsEntry(REVISION, List.of(pod("a"), pod("b")));

        controller.cordon(REVISION, Set.of("b"));
        assertThat(told.cordoned).containsExactly("b");
        var later = new Told();
        gateway(controller, TOKEN, later);
        await().until(() -> later.cordoned.equals(Set.of("b")));
    }

    @Test
    void nothingIsToldBeforeTheFirstTable() throws Exception {
        var controller = controller(0, 1, 1);
        var told = new Told();
        var link = gateway(controller, TOKEN, told);
        await().until(() -> controller.present() == 1);
        controller.pods(REVISION, List.of(pod("a")));
        assertThat(link.connected()).isFalse();
        assertThat(told.pods).isEmpty();
        assertThat(controller.program(table(1, 1))).isEqualTo(new TableVersion(1, 1));
        await().until(link::connected);
        assertThat(told.pods).containsKey(REVISION);
    }

    @Test
    void aPodMayGoOnlyWhenEveryGatewayHasDrainedItAndNoneIsMissing() throws Exception {
        var controller = controller(0, 1, 1);
        controller.program(table(1, 1));
        assertThatThrownBy(() -> controller.cordon(REVISION, Set.of("a")))
                .isInstanceOf(LinkException.class)
                .hasMessageContaining("0 of 1 gateways");

        var told = new Told();
        gateway(controller, TOKEN, told);
        await().until(() -> controller.gateways() == 1);
        controller.cordon(REVISION, Set.of("a"));
        assertThat(controller.awaitDrained(REVISION, Set.of("a"), Duration.ZERO))
                .isFalse();
        told.idle.countDown();
        assertThat(controller.awaitDrained(REVISION, Set.of("a"), Duration.ofSeconds(5)))
                .isTrue();
        controller.uncordon(REVISION, Set.of("a"));
        await().until(() -> told.cordoned.isEmpty());
    }

    @Test
    void gatewaysLeaveThePodsOfAControllerThatTakesThemWithIt() throws Exception {
        var controller = controller(0, 1, 1);
        controller.pods(REVISION, List.of(pod("a")));
        controller.pods(OTHER, List.of(pod("b")));
        controller.program(table(1, 1));
        var told = new Told();
        told.idle.countDown();
        gateway(controller, TOKEN, told);
        await().until(() -> controller.gateways() == 1 && told.pods.size() == 2);

        controller.podsEnd();

        assertThat(told.pods).containsEntry(REVISION, List.of()).containsEntry(OTHER, List.of());
        assertThat(told.table).as("it goes on").isEqualTo(table(1, 1));
    }

    @Test
    void aNewControllerHearsTheLastMinuteAndReplacesWhatTheOldOneSaid() throws Exception {
        var old = controller(0, 1, 1);
        int port = old.port();
        old.pods(REVISION, List.of(pod("a"), pod("b")));
        old.pods(OTHER, List.of(pod("c")));
        old.program(table(1, 1));
        var told = new Told();
        var link = gateway(old, TOKEN, told);
        await().until(() -> old.gateways() == 1 && told.pods.size() == 2);
        old.cordon(REVISION, Set.of("a"));
        for (int i = 0; i < 70; i++) {
            link.stats(NOON.plusSeconds(i), stats());
        }
        link.podOpened(REVISION, "b");
        await().until(() -> reports.seconds.size() == 70 && reports.opened.size() == 1);

        old.close();
        await().until(() -> !link.connected());
        assertThat(told.table).as("it goes on").isEqualTo(table(1, 1));
        link.wake(OTHER); // heard by nobody
        link.stats(NOON.plusSeconds(70), stats());
        reports.seconds.clear();
        reports.opened.clear();

        var next = controller(port, 1, 2);
        next.pods(REVISION, List.of(pod("b")));
        assertThat(next.program(table(2, 1))).isEqualTo(new TableVersion(2, 1));
        await().until(() -> reports.seconds.size() == 60);
        assertThat(reports.seconds).startsWith(NOON.plusSeconds(11)).endsWith(NOON.plusSeconds(70));
        assertThat(new HashSet<>(reports.seconds)).hasSize(60);
        assertThat(reports.opened).containsExactly("b");
        assertThat(told.cordoned).isEmpty();
        assertThat(new HashMap<>(told.pods))
                .containsEntry(REVISION, List.of(pod("b")))
                .containsEntry(OTHER, List.of());
        link.wake(OTHER);
        await().until(() -> reports.woken.equals(List.of(OTHER)));
    }

    @Test
    void whoDoesNotKnowTheTokenIsToldNothing() throws Exception {
        var controller = controller(0, 1, 1);
        var stranger = new Told();
        gateway(controller, "guess", stranger);
        assertThat(controller.program(table(1, 1))).isEqualTo(new TableVersion(0, 0));
        assertThat(controller.gateways()).isZero();
        assertThat(stranger.table).isEqualTo(RouteTable.empty());
    }
}
