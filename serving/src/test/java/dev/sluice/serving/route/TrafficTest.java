package dev.sluice.serving.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.ConfigurationStatus;
import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.RevisionStatus;
import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.RouteRollout;
import dev.sluice.api.serving.RouteSpec;
import dev.sluice.api.serving.RouteStatus;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.api.serving.TrafficTarget;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrafficTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Map<String, Configuration> configurations = new HashMap<>();
    private final Map<String, Revision> revisions = new HashMap<>();
    private final Traffic traffic = new Traffic(
            name -> Optional.ofNullable(configurations.get(name)), name -> Optional.ofNullable(revisions.get(name)));

    /** A newer revision of the configuration, which is ready. */
    private void ready(String configuration, String name) {
        var revision = new Revision();
        revision.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withLabels(Map.of(ServingLabels.CONFIGURATION, configuration))
                .build());
        revision.setStatus(new RevisionStatus(
                1L,
                List.of(new Condition("Ready", "True", null, null, null, null)),
                null,
                null,
                List.of(),
                List.of(),
                null,
                null));
        revisions.put(name, revision);
        var made = new Configuration();
        made.setStatus(new ConfigurationStatus(1L, List.of(), null, name, name));
        configurations.put(configuration, made);
    }

    private static Route route(@Nullable RouteRollout rollout, TrafficTarget... targets) {
        var route = new Route();
        route.setMetadata(new ObjectMetaBuilder().withName("route").build());
        route.setSpec(new RouteSpec(List.of(targets)));
        route.setStatus(new RouteStatus(1L, List.of(), null, null, null, List.of(), rollout));
        return route;
    }

    private static TrafficTarget floating(String configuration, long percent) {
        return new TrafficTarget(null, null, configuration, null, percent, null);
    }

    private static TrafficTarget pinned(String revision) {
        return new TrafficTarget(null, revision, null, null, 100L, null);
    }

    private Traffic.Resolution.Good resolve(Route route) {
        return (Traffic.Resolution.Good) traffic.resolve(route, true);
    }

    private static List<String> shares(Traffic.Resolution.Good good) {
        return good.targets().stream()
                .map(target -> target.revisionName() + " " + target.share())
                .toList();
    }

    @Test
    void eachConfigurationOfARouteKeepsItsShare() {
        ready("a", "a-1");
        ready("b", "b-1");
        var first = resolve(route(null, floating("a", 50), floating("b", 50)));
        assertThat(shares(first)).containsExactly("a-1 50", "b-1 50");

        var again = resolve(route(first.rollout(), floating("a", 50), floating("b", 50)));
        assertThat(shares(again)).containsExactly("a-1 50", "b-1 50");
        assertThat(again.begins()).isFalse();
        assertThat(again.rollout()).isEqualTo(first.rollout());
    }

    @Test
    void theFirstConfigurationMovesGraduallyBesideAnother() {
        ready("a", "a-1");
        ready("b", "b-1");
        var first = resolve(route(null, floating("a", 50), floating("b", 50)));
        ready("a", "a-2");
        var moving = resolve(route(first.rollout(), floating("a", 50), floating("b", 50)));
        assertThat(moving.begins()).isTrue();
        assertThat(shares(moving)).containsExactly("a-1 50", "b-1 50");
        assertThat(moving.rollout())
                .isEqualTo(new RouteRollout("Progressing", "a-1", "a-2", 0, "The rollout is about to begin."));

        var half = new RouteRollout("Progressing", "a-1", "a-2", 50, null);
        assertThat(shares(resolve(route(half, floating("a", 50), floating("b", 50)))))
                .containsExactly("a-1 25", "a-2 25", "b-1 50");
        ready("b", "b-2");
        assertThat(shares(resolve(route(half, floating("a", 50), floating("b", 50)))))
                .containsExactly("a-1 25", "a-2 25", "b-2 50");
    }

    @Test
    void aRouteThatIsLedToAnotherConfigurationDoesNotGoThereFromRevisionsOfTheFirst() {
        ready("a", "a-1");
        ready("b", "b-1");
        var good = resolve(route(new RouteRollout("Completed", null, "a-1", 100, null), floating("b", 100)));
        assertThat(shares(good)).containsExactly("b-1 100");
        assertThat(good.begins()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {RouteRollout.ABORTED, RouteRollout.PROGRESSING, RouteRollout.PAUSED})
    void aRolloutDoesNotCountWhileNoTargetFloats(String phase) {
        ready("a", "a-1");
        ready("a", "a-2");
        var known = new RouteRollout(phase, "a-1", "a-2", 0, "Stopped.");
        var good = resolve(route(known, pinned("a-1")));
        var conditions = new ConditionSet("Ready", List.of("IngressReady"), List.of(), NOON);
        RouteReconciler.ingress(conditions, true, good);
        assertThat(conditions.status("Ready")).isEqualTo("True");
        assertThat(conditions.get("RolloutPaused")).isEmpty();
        assertThat(good.rollout()).as("it counts again when a target floats").isEqualTo(known);
        var floats = resolve(route(known, floating("a", 100)));
        RouteReconciler.ingress(conditions, true, floats);
        assertThat(conditions.get("RolloutPaused").isPresent()).isEqualTo(phase.equals(RouteRollout.PAUSED));
        assertThat(conditions.status("Ready"))
                .isEqualTo(
                        switch (phase) {
                            case RouteRollout.ABORTED -> "False";
                            case RouteRollout.PAUSED -> "True";
                            default -> "Unknown";
                        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    Unknown |                 | Unknown IngressNotConfigured
                    False   | CreationFailed  | Unknown IngressNotConfigured
                    True    |                 | True
                    False   | HostTaken       | False HostTaken
                    Unknown | Uninitialized   | Unknown Uninitialized
                    """)
    void aPlaceholderThatWasRefusedIsForgottenAlsoWhileTheTrafficIsUnresolved(
            String status, @Nullable String reason, String then) {
        var before = List.of(new Condition("IngressReady", status, null, "2020-01-01T00:00:00Z", reason, null));
        var conditions = new ConditionSet("Ready", List.of("AllTrafficAssigned", "IngressReady"), before, NOON);
        RouteReconciler.unresolved(conditions);
        conditions.markUnknown("AllTrafficAssigned", "RevisionMissing", null);
        assertThat(conditions.get("IngressReady"))
                .hasValueSatisfying(c -> assertThat(c.reason() == null ? c.status() : c.status() + " " + c.reason())
                        .isEqualTo(then));
        assertThat(conditions.get("Ready").orElseThrow().reason())
                .isEqualTo(then.startsWith("False") ? reason : "RevisionMissing");
    }
}
