package dev.sluice.serving.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.RouteRollout;
import dev.sluice.api.serving.RouteStatus;
import dev.sluice.api.serving.TrafficTarget;
import dev.sluice.api.serving.config.ServingSettings;
import dev.sluice.model.dataplane.RevisionSettings;
import dev.sluice.serving.ServingConfig;
import dev.sluice.serving.cluster.Caches;
import dev.sluice.serving.cluster.Events;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.cluster.Writes;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** No API server is asked: what is restored stands in the Routes. */
class RouteRestoreTest {
    private static final RevisionSettings LOST =
            new RevisionSettings(0, Duration.ofMinutes(1), null, null, 10, new RevisionSettings.Probe.Tcp(0), false);
    private static final Set<String> CONTESTED =
            Set.of("b-a.ns.localhost", "b-a.ns.svc.cluster.local", "b-a.ns.svc", "b-a.ns");

    private final RouteTablePublisher publisher =
            new RouteTablePublisher(new RouteTablePublisherTest.RecordingGateway(), 1);

    @Test
    void aHostStaysWithTheRouteThatHadItAndNotWithTheOlderOne() {
        restore(
                route("a", "2018-01-01T00:00:00Z", "b", HostsTaken.message(CONTESTED)),
                route("b-a", "2020-01-01T00:00:00Z", null, null));
        assertThat(publisher.heldByOthers("route/ns/b-a")).isEmpty();
        assertThat(publisher.heldByOthers("route/ns/a")).isEqualTo(CONTESTED);
    }

    @Test
    void ofTwoThatDoNotSayWhoHadItTheOlderOneHasIt() {
        restore(route("b-a", "2020-01-01T00:00:00Z", null, null), route("a", "2018-01-01T00:00:00Z", "b", null));
        assertThat(publisher.heldByOthers("route/ns/a")).isEmpty();
        assertThat(publisher.heldByOthers("route/ns/b-a")).isEqualTo(CONTESTED);
    }

    @Test
    void whoHadAHostIsSaidBeforeAnythingElseAndSoAlsoKnownAfterTheNextRestart() {
        restore(
                route("a", "2018-01-01T00:00:00Z", "b", HostsTaken.message(CONTESTED)),
                route("b-a", "2020-01-01T00:00:00Z", null, null));
        var conditions = new ConditionSet("Ready", List.of("IngressReady"), List.of(), Instant.EPOCH);
        assertThat(RouteReconciler.taken(conditions, publisher.heldByOthers("route/ns/b-a")))
                .isFalse();
        assertThat(HostsTaken.in(conditions.list())).isEmpty();
        assertThat(RouteReconciler.taken(conditions, publisher.heldByOthers("route/ns/a")))
                .isTrue();
        assertThat(HostsTaken.in(conditions.list())).isEqualTo(CONTESTED);
    }

    private void restore(Route... routes) {
        var clock = Clock.systemUTC();
        var settings =
                ServingSettings.of(new ServingSettings.Place("localhost", "cluster.local", Duration.ofSeconds(30)));
        var nowhere = new ConfigBuilder().withMasterUrl("http://127.0.0.1:9").build();
        try (var client = new KubernetesClientBuilder().withConfig(nowhere).build();
                var caches = new Caches(client);
                var events = new Events(client, clock)) {
            new RouteReconciler(
                            caches,
                            new Writes(client),
                            events,
                            publisher,
                            new NoRollouts(),
                            ServingConfig.local("localhost", 8080, "127.0.0.1", 8080),
                            () -> settings,
                            clock)
                    .restore(List.of(routes), LOST);
        }
    }

    private static Route route(String name, String made, @Nullable String tag, @Nullable String taken) {
        var route = new Route();
        route.setMetadata(new ObjectMetaBuilder()
                .withNamespace("ns")
                .withName(name)
                .withCreationTimestamp(made)
                .build());
        var conditions = taken == null
                ? List.<Condition>of()
                : List.of(new Condition("IngressReady", "False", null, null, HostsTaken.REASON, taken));
        route.setStatus(new RouteStatus(
                1L,
                conditions,
                null,
                null,
                null,
                List.of(new TrafficTarget(tag, "rev", null, false, 100L, null)),
                null));
        return route;
    }

    private static final class NoRollouts implements RolloutOffers {
        @Override
        public void offer(Route route, RouteRollout rollout, boolean begins) {}

        @Override
        public void forget(ObjectKey route) {}
    }
}
