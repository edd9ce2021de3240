package dev.sluice.serving.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.model.dataplane.GatewayControl;
import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionSettings;
import dev.sluice.model.dataplane.RouteTable;
import dev.sluice.model.dataplane.TableVersion;
import dev.sluice.model.dataplane.TracingSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RouteTablePublisherTest {
    private static final RevisionSettings SETTINGS =
            new RevisionSettings(0, Duration.ofMinutes(5), null, null, 100, new RevisionSettings.Probe.Tcp(0), false);
    private static final RevisionSettings LOST =
            new RevisionSettings(0, Duration.ofMinutes(1), null, null, 10, new RevisionSettings.Probe.Tcp(0), false);
    private static final RevisionId ONE = new RevisionId("ns", "one");
    private static final RevisionId TWO = new RevisionId("ns", "two");

    private final RecordingGateway gateway = new RecordingGateway();
    private final RouteTablePublisher publisher = new RouteTablePublisher(gateway, 1);

    private static Map<String, HostRule> leadingTo(RevisionId revision) {
        var split = new HostRule.Split(new HostRule.Target.ToRevision(revision), 100);
        return Map.of(revision.name() + ".local", new HostRule("ns", revision.name(), List.of(split), Map.of()));
    }

    @Test
    void keepsServingOthersWhenARevisionIsGoneBeforeItsRoute() {
        publisher.open();
        publisher.revision(ONE, SETTINGS);
        publisher.putHosts("route/one", leadingTo(ONE));
        publisher.forgetRevision(ONE);
        publisher.revision(TWO, SETTINGS);
        assertThat(publisher.putHosts("route/two", leadingTo(TWO))).isTrue();
        assertThat(gateway.table.hosts()).containsOnlyKeys("one.local", "two.local");
        assertThat(gateway.table.revisions()).containsOnlyKeys(ONE, TWO);
        publisher.remove("route/one");
        assertThat(gateway.table.revisions()).containsOnlyKeys(TWO);
    }

    @Test
    void tellsGatewaysOfTracingWhenItChanges() {
        publisher.tracing(TracingSettings.off());
        publisher.open();
        assertThat(gateway.table.tracing()).isEqualTo(TracingSettings.off());
        var first = gateway.table.version();
        publisher.tracing(TracingSettings.off());
        assertThat(gateway.table.version()).isEqualTo(first);
        publisher.tracing(new TracingSettings("http://collector/v1/traces", 0.5));
        assertThat(gateway.table.tracing()).isEqualTo(new TracingSettings("http://collector/v1/traces", 0.5));
        publisher.tracing(null);
        assertThat(gateway.table.tracing()).isNull();
    }

    @Test
    void holdsBackOnlyTheRouteThatLeadsToAnUnknownRevision() {
        publisher.open();
        publisher.revision(ONE, SETTINGS);
        assertThat(publisher.putHosts("route/two", leadingTo(TWO))).isFalse();
        assertThat(publisher.putHosts("route/one", leadingTo(ONE))).isTrue();
        assertThat(gateway.table.hosts()).containsOnlyKeys("one.local");
        publisher.revision(TWO, SETTINGS);
        assertThat(gateway.table.hosts()).containsOnlyKeys("one.local", "two.local");
        assertThat(publisher.putHosts("route/two", leadingTo(TWO))).isTrue();
    }

    @Test
    void callsNothingServedThatTheGatewayDidNotTake() {
        publisher.open();
        publisher.revision(ONE, SETTINGS);
        gateway.broken = true;
        assertThatThrownBy(() -> publisher.putHosts("route/one", leadingTo(ONE)))
                .hasMessage("broken");
        assertThatThrownBy(() -> publisher.putHosts("route/one", leadingTo(ONE)))
                .hasMessage("broken");
        gateway.broken = false;
        assertThat(publisher.putHosts("route/one", leadingTo(ONE))).isTrue();
    }

    @Test
    void asksForTheSameTableAgainWhileAGatewayIsMissing() {
        publisher.open();
        publisher.revision(ONE, SETTINGS);
        gateway.missing = true;
        assertThat(publisher.putHosts("route/one", leadingTo(ONE))).isFalse();
        var version = gateway.table.version();
        assertThat(publisher.putHosts("route/one", leadingTo(ONE))).isFalse();
        assertThat(gateway.table.version()).isEqualTo(version);
        gateway.missing = false;
        assertThat(publisher.putHosts("route/one", leadingTo(ONE))).isTrue();
        assertThat(gateway.table.version()).isEqualTo(version);
        gateway.missing = true;
        assertThat(publisher.putHosts("route/one", leadingTo(ONE)))
                .as("it was served")
                .isTrue();
    }

    @Test
    void aRestoredRouteIsServedAlsoWhenOneOfItsRevisionsIsGone() {
        publisher.revision(ONE, SETTINGS);
        var split = List.of(
                new HostRule.Split(new HostRule.Target.ToRevision(ONE), 90),
                new HostRule.Split(new HostRule.Target.ToRevision(TWO), 10));
        publisher.restoreHosts("route/one", Map.of("one.local", new HostRule("ns", "one", split, Map.of())), LOST);
        publisher.open();
        assertThat(gateway.table.hosts()).containsOnlyKeys("one.local");
        assertThat(gateway.table.revisions()).isEqualTo(Map.of(ONE, SETTINGS, TWO, LOST));
        publisher.putHosts("route/one", leadingTo(ONE));
        assertThat(gateway.table.revisions()).containsOnlyKeys(ONE);
    }

    private static Map<String, HostRule> named(String host, RevisionId revision) {
        return Map.of(host, leadingTo(revision).get(revision.name() + ".local"));
    }

    @Test
    void aHostIsThatOfWhoeverHadItFirst() {
        publisher.open();
        publisher.revision(ONE, SETTINGS);
        publisher.revision(TWO, SETTINGS);
        publisher.putHosts("route/one", leadingTo(ONE));
        assertThat(publisher.putHosts("route/two", named("shared.local", TWO))).isTrue();

        var claims = new HashMap<>(leadingTo(ONE));
        claims.putAll(named("shared.local", ONE));
        publisher.putHosts("route/one", claims);
        assertThat(gateway.table.hosts())
                .isEqualTo(Map.of(
                        "one.local", leadingTo(ONE).get("one.local"),
                        "shared.local", leadingTo(TWO).get("two.local")));
        assertThat(publisher.heldByOthers("route/one")).containsExactly("shared.local");
        assertThat(publisher.heldByOthers("route/two")).isEmpty();
        assertThat(publisher.putHosts("route/two", named("shared.local", TWO))).isTrue();

        publisher.remove("route/two");
        assertThat(gateway.table.hosts()).isEqualTo(claims);
        assertThat(publisher.heldByOthers("route/one")).isEmpty();
    }

    @Test
    void aHostThatIsGivenUpIsThatOfTheNext() {
        publisher.open();
        publisher.revision(ONE, SETTINGS);
        publisher.revision(TWO, SETTINGS);
        publisher.putHosts("route/two", named("shared.local", TWO));
        publisher.putHosts("route/one", named("shared.local", ONE));
        publisher.putHosts("route/two", leadingTo(TWO));
        assertThat(gateway.table.hosts())
                .isEqualTo(Map.of(
                        "two.local", leadingTo(TWO).get("two.local"),
                        "shared.local", leadingTo(ONE).get("one.local")));
    }

    @Test
    void anOwnersHostIsNotServedWhileTheTableHasAnothersRule() {
        publisher.open();
        publisher.revision(ONE, SETTINGS);
        publisher.revision(TWO, SETTINGS);
        publisher.putHosts("route/one", named("shared.local", ONE));
        gateway.missing = true;
        publisher.remove("route/one");
        assertThat(publisher.putHosts("route/two", named("shared.local", TWO))).isFalse();
        gateway.missing = false;
        assertThat(publisher.putHosts("route/two", named("shared.local", TWO))).isTrue();
        assertThat(gateway.table.hosts().get("shared.local"))
                .isEqualTo(leadingTo(TWO).get("two.local"));
    }

    @Test
    void changesThatMeetShareATable() throws InterruptedException, ExecutionException {
        publisher.open();
        publisher.revision(ONE, SETTINGS);
        int before = gateway.programmed.get();
        gateway.held = new CountDownLatch(1);
        var rule = leadingTo(ONE).values().iterator().next();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> publisher.putHosts("route/first", Map.of("first.local", rule)));
            await().until(() -> gateway.programmed.get() > before);
            var others = IntStream.range(0, 50)
                    .mapToObj(i -> threads.submit(() -> publisher.putHosts("route/" + i, Map.of(i + ".local", rule))))
                    .toList();
            await().until(() -> publisher.waiting() == 50);
            gateway.held.countDown();
            assertThat(first.get()).isTrue();
            for (var other : others) {
                assertThat(other.get()).isTrue();
            }
        }
        assertThat(gateway.table.hosts()).hasSize(51);
        assertThat(gateway.programmed.get() - before).isEqualTo(2);
    }

    /** Serves what it is given, unless it is broken. */
    static final class RecordingGateway implements GatewayControl {
        private RouteTable table = RouteTable.empty();
        private boolean broken;
        private boolean missing;
        private final AtomicInteger programmed = new AtomicInteger();
        private CountDownLatch held = new CountDownLatch(0);

        @Override
        public TableVersion program(RouteTable next) {
            if (broken) {
                throw new IllegalStateException("broken");
            }
            programmed.incrementAndGet();
            try {
                held.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            table = next;
            return missing ? new TableVersion(0, 0) : next.version();
        }

        @Override
        public void pods(RevisionId revision, List<PodEndpoint> pods) {}

        @Override
        public void cordon(RevisionId revision, Set<String> podUids) {}

        @Override
        public void uncordon(RevisionId revision, Set<String> podUids) {}

        @Override
        public boolean awaitDrained(RevisionId revision, Set<String> podUids, Duration limit) {
            return true;
        }
    }
}
