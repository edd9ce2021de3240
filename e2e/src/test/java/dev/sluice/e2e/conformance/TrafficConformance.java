package dev.sluice.e2e.conformance;

import static dev.sluice.e2e.conformance.ProbeImages.V1;
import static dev.sluice.e2e.conformance.ProbeImages.V2;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;

/** Requests go where the traffic targets say, by percent, tag, name and latest. */
@Conformance
class TrafficConformance {
    private static final int REQUESTS = 200;

    @Test
    @Row("TestBlueGreenRoute")
    void splitsBetweenTwoRevisionsAndGivesEachAUrlOfItsOwn(World world) {
        var service = world.service("split", "$V1").ready();
        service.merge("spec: {template: {spec: {containers: [{image: $V2}]}}}").ready();
        service.merge("""
                spec:
                  traffic:
                  - {tag: blue, revisionName: split-00001, percent: 50}
                  - {tag: green, revisionName: split-00002, percent: 50}
                """).ready();
        assertThat(Caller.counts(world.http().many(20, 4, service.url("blue")))).containsOnlyKeys(V1.message());
        assertThat(Caller.counts(world.http().many(20, 4, service.url("green"))))
                .containsOnlyKeys(V2.message());
        bothGetAQuarter(world, service.url());
    }

    private static void bothGetAQuarter(World world, String url) {
        var counts = Caller.counts(world.http().many(REQUESTS, 8, url));
        assertThat(counts).containsOnlyKeys(V1.message(), V2.message());
        assertThat(counts.values()).allMatch(count -> count >= REQUESTS / 4);
    }

    @Test
    @Row("TestServiceWithTrafficSplit")
    void movesFromCurrentOverCandidateToLatest(World world) {
        // current is latest
        var service = world.service("""
                metadata: {name: phases}
                spec:
                  template: {spec: {containers: [{image: $V1}]}}
                  traffic:
                  - {tag: current, revisionName: phases-00001, percent: 100}
                  - {tag: latest, latestRevision: true}
                """).ready();
        targets(service, "current phases-00001 100", "latest phases-00001 0");
        assertThat(service.body("/")).isEqualTo(V1.message());

        // current is no longer latest
        service.merge("spec: {template: {spec: {containers: [{image: $V2}]}}}").ready();
        targets(service, "current phases-00001 100", "latest phases-00002 0");
        assertThat(service.body("/")).isEqualTo(V1.message());
        assertThat(world.http().get(service.url("latest")).ok()).isEqualTo(V2.message());
        assertThat(world.http().get(service.url("current")).ok()).isEqualTo(V1.message());

        // half to a candidate, which is latest
        service.merge("""
                spec:
                  traffic:
                  - {tag: current, revisionName: phases-00001, percent: 50}
                  - {tag: candidate, revisionName: phases-00002, percent: 50}
                  - {tag: latest, latestRevision: true}
                """).ready();
        targets(service, "current phases-00001 50", "candidate phases-00002 50", "latest phases-00002 0");
        bothGetAQuarter(world, service.url());

        // the candidate stays, latest moves on
        service.merge("""
                spec: {template: {spec: {containers: [{image: $V1, env: [{name: MESSAGE, value: third words}]}]}}}
                """).ready();
        targets(service, "current phases-00001 50", "candidate phases-00002 50", "latest phases-00003 0");
        assertThat(world.http().get(service.url("latest")).ok()).isEqualTo("third words");
        assertThat(world.http().get(service.url("candidate")).ok()).isEqualTo(V2.message());
        bothGetAQuarter(world, service.url());

        // all to latest, tags stay
        service.merge("""
                spec:
                  traffic:
                  - {tag: current, revisionName: phases-00001}
                  - {tag: candidate, revisionName: phases-00002}
                  - {tag: latest, latestRevision: true, percent: 100}
                """).ready();
        targets(service, "current phases-00001 0", "candidate phases-00002 0", "latest phases-00003 100");
        assertThat(service.body("/")).isEqualTo("third words");
        assertThat(world.http().get(service.url("current")).ok()).isEqualTo(V1.message());
    }

    private static void targets(Thing service, String... wanted) {
        var found = new TreeSet<String>();
        for (var target : service.json().at("/status/traffic")) {
            found.add(target.path("tag").asText("-") + " "
                    + target.path("revisionName").asText("") + " "
                    + target.path("percent").asInt(0));
            assertThat(target.path("url").asText(""))
                    .contains("//" + target.path("tag").asText() + "-" + service.name() + ".");
            assertThat(target.path("configurationName").isMissingNode()).isTrue();
        }
        assertThat(found).containsExactlyInAnyOrder(wanted);
    }

    @Test
    @Row("TestRouteCreation")
    void followsAConfigurationOfItsOwn(World world) {
        var configuration = world.create(Kind.CONFIGURATION, """
                metadata: {name: followed}
                spec: {template: {spec: {containers: [{image: $V1}]}}}
                """).ready();
        var route = world.create(Kind.ROUTE, """
                metadata: {name: follower}
                spec: {traffic: [{configurationName: followed, percent: 100}]}
                """).ready();
        assertThat(route.body("/")).isEqualTo(V1.message());
        active(configuration.latestRevision());
        configuration
                .merge("spec: {template: {spec: {containers: [{image: $V2}]}}}")
                .ready();
        route.until(
                "at the second revision",
                object -> object.at("/status/traffic/0/revisionName").asText("").equals("followed-00002")
                        && Thing.is(object, "Ready", "True"));
        assertThat(route.body("/")).isEqualTo(V2.message());
        active(world.thing(Kind.REVISION, "followed-00002"));
    }

    private static void active(Thing revision) {
        revision.until(
                "active",
                object -> object.at("/metadata/labels")
                        .path("serving.knative.dev/routingState")
                        .asText("")
                        .equals("active"));
    }

    @Test
    @Row("TestRouteAndConfigGenerateName")
    void makesUpNamesOfRoutesAndConfigurations(World world) {
        var configuration = world.create(Kind.CONFIGURATION, """
                metadata: {generateName: made-}
                spec: {template: {spec: {containers: [{image: $V1}]}}}
                """).ready();
        assertThat(configuration.name()).startsWith("made-").isNotEqualTo("made-");
        var route = world.create(
                        Kind.ROUTE,
                        "metadata: {generateName: up-}\nspec: {traffic: [{percent: 100, configurationName: "
                                + configuration.name() + "}]}\n")
                .ready();
        assertThat(route.name()).startsWith("up-").isNotEqualTo("up-");
        assertThat(route.body("/")).isEqualTo(V1.message());
    }

    @Test
    @Row("TestGradualRollout")
    void movesStepByStepWhenAskedToTakeItsTime(World world) {
        var service = world.service("""
                metadata: {name: gradual, annotations: {serving.knative.dev/rollout-duration: 8s}}
                spec: {template: {spec: {containers: [{image: $V1}]}}}
                """).ready();
        var shares = new ConcurrentSkipListSet<Integer>();
        try (var _ = Prober.on(world, service.url())) {
            service.merge("spec: {template: {spec: {containers: [{image: $V2}]}}}");
            service.until("moved", object -> {
                for (var target : object.at("/status/traffic")) {
                    if (target.path("revisionName").asText("").equals("gradual-00002")) {
                        shares.add(target.path("percent").asInt(0));
                    }
                }
                return Thing.is(object, "Ready", "True")
                        && object.at("/status/traffic/0/revisionName")
                                .asText("")
                                .equals("gradual-00002")
                        && object.at("/status/traffic/0/percent").asInt() == 100;
            });
        }
        assertThat(shares).startsWith(1).endsWith(100).hasSizeGreaterThan(3);
        assertThat(service.body("/")).isEqualTo(V2.message());
    }

    @Test
    @Row("TestRollbackBYOName")
    void goesBackToARevisionThatHasAName(World world) {
        var service = world.service("""
                metadata: {name: back}
                spec:
                  template: {metadata: {name: back-first}, spec: {containers: [{image: $V1}]}}
                  traffic: [{revisionName: back-first, percent: 100}]
                """).ready();
        service.merge("""
                spec:
                  template: {metadata: {name: back-second}, spec: {containers: [{image: $V2}]}}
                  traffic: [{revisionName: back-second, percent: 100}]
                """).ready();
        assertThat(service.body("/")).isEqualTo(V2.message());
        service.merge("""
                spec:
                  template: {metadata: {name: back-first}, spec: {containers: [{image: $V1}]}}
                  traffic: [{revisionName: back-first, percent: 100}]
                """).ready();
        assertThat(service.body("/")).isEqualTo(V1.message());
    }

    @Test
    @Row("TestConflictingRouteService")
    void caresNothingForASimilarServiceElsewhere(World world) {
        try (var other = world.elsewhere()) {
            other.create(Kind.CORE_SERVICE, """
                    metadata: {name: conflicting, labels: {serving.knative.dev/route: conflicting}}
                    spec: {ports: [{port: 80}]}
                    """);
            var service = world.service("conflicting", "$V1").ready();
            assertThat(service.body("/")).isEqualTo(V1.message());
            assertThat(List.of("conflicting"))
                    .containsExactly(World.nameOf(other.list(Kind.CORE_SERVICE).getFirst()));
        }
    }
}
