package dev.sluice.serving.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.serving.Route;
import dev.sluice.api.serving.TrafficTarget;
import dev.sluice.api.serving.config.ServingSettings;
import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.serving.ServingConfig;
import dev.sluice.serving.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HostsTest {
    private static final ServingConfig HERE = ServingConfig.local("example.com", 8080, "127.0.0.1", 8080);
    private static final ServingSettings UNSET = ServingSettings.of(HERE.place());
    private static final List<TrafficTarget> TAGGED = List.of(
            new TrafficTarget(null, "app-1", null, false, 100L, null),
            new TrafficTarget("next", "app-2", null, false, 0L, null));

    @Test
    void aRouteHasOneNameOutsideAndThreeInside() {
        var hosts = hosts(UNSET, Set.of());

        assertThat(hosts.url(route(Map.of()))).isEqualTo("http://app.ns.example.com:8080");
        assertThat(hosts.tagUrl(route(Map.of()), "next")).isEqualTo("http://next-app.ns.example.com:8080");
        assertThat(hosts.rules(route(Map.of()), TAGGED).keySet())
                .containsExactlyInAnyOrder(
                        "app.ns.example.com",
                        "app.ns.svc.cluster.local",
                        "app.ns.svc",
                        "app.ns",
                        "next-app.ns.example.com",
                        "next-app.ns.svc.cluster.local",
                        "next-app.ns.svc",
                        "next-app.ns");
    }

    @Test
    void aLabelKeepsTheRouteInside() {
        var route = route(Map.of("networking.knative.dev/visibility", "cluster-local"));
        var hosts = hosts(UNSET, Set.of());

        assertThat(hosts.url(route)).isEqualTo("http://app.ns.svc.cluster.local");
        assertThat(hosts.tagUrl(route, "next")).isEqualTo("http://next-app.ns.svc.cluster.local");
        assertThat(hosts.rules(route, TAGGED)).doesNotContainKeys("app.ns.example.com", "next-app.ns.example.com");
    }

    @Test
    void aLabelOnTheServiceOfATagKeepsThatTagInsideAndNoOther() {
        var hosts = hosts(UNSET, Set.of(new ObjectKey("ns", "next-app")));

        assertThat(hosts.url(route(Map.of()))).isEqualTo("http://app.ns.example.com:8080");
        assertThat(hosts.tagUrl(route(Map.of()), "next")).isEqualTo("http://next-app.ns.svc.cluster.local");
        assertThat(hosts.rules(route(Map.of()), TAGGED))
                .containsKey("app.ns.example.com")
                .doesNotContainKey("next-app.ns.example.com");
    }

    @Test
    void withoutADomainForItARouteStaysInside() {
        var settings = UNSET.with("config-domain", Map.of("blue.example.com", "selector: {team: blue}"));

        assertThat(hosts(settings, Set.of()).url(route(Map.of()))).isEqualTo("http://app.ns.svc.cluster.local");
        assertThat(hosts(settings, Set.of()).url(route(Map.of("team", "blue"))))
                .isEqualTo("http://app.ns.blue.example.com:8080");
    }

    @Test
    void templatesNameHostsAndServices() {
        var settings = UNSET.with(
                "config-network",
                Map.of("tag-template", "{{.Name}}-{{.Tag}}", "domain-template", "{{.Name}}.{{.Domain}}"));

        assertThat(hosts(settings, Set.of()).tagUrl(route(Map.of()), "next"))
                .isEqualTo("http://app-next.example.com:8080");
        assertThat(hosts(settings, Set.of()).serviceNames(route(Map.of()), TAGGED))
                .containsExactlyInAnyOrder("app", "app-next");
    }

    @Test
    void aHeaderChoosesATagOnlyWhereThatIsSwitchedOn() {
        var on = UNSET.with("config-features", Map.of("tag-header-based-routing", "Enabled"));

        assertThat(rule(hosts(UNSET, Set.of())).tags()).isEmpty();
        assertThat(rule(hosts(on, Set.of())).tags()).containsExactly(Map.entry("next", new RevisionId("ns", "app-2")));
    }

    private static HostRule rule(Hosts hosts) {
        return Objects.requireNonNull(hosts.rules(route(Map.of()), TAGGED).get("app.ns"));
    }

    private static Hosts hosts(ServingSettings settings, Set<ObjectKey> kept) {
        return new Hosts(HERE, () -> settings, kept::contains);
    }

    private static Route route(Map<String, String> labels) {
        var route = new Route();
        route.setMetadata(new ObjectMetaBuilder()
                .withName("app")
                .withNamespace("ns")
                .withLabels(labels)
                .build());
        return route;
    }
}
