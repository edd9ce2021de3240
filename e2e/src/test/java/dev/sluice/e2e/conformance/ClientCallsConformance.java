package dev.sluice.e2e.conformance;

import static dev.sluice.e2e.conformance.ProbeImages.V2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The calls that Knative's own client makes (spec/serving.md 9.2). */
@Conformance
class ClientCallsConformance {
    @Test
    void watchesFromAVersionUntilReadyAndNeverSeesItFail(World world) throws InterruptedException {
        var service = world.service("watched", "$V1");
        var from = service.at("/metadata/resourceVersion");
        var seen = new ArrayList<String>(); // guarded by itself
        var ready = new CountDownLatch(1);
        var watcher = new Watcher<GenericKubernetesResource>() {
            @Override
            public void eventReceived(Action action, GenericKubernetesResource object) {
                var json = Thing.tree(object);
                synchronized (seen) {
                    seen.add(Thing.condition(json, "Ready").path("status").asText("none"));
                }
                if (Thing.is(json, "Ready", "True")) {
                    ready.countDown();
                }
            }

            @Override
            public void onClose(WatcherException cause) {}
        };
        try (var _ = service.resource()
                .watch(new ListOptionsBuilder().withResourceVersion(from).build(), watcher)) {
            assertThat(ready.await(Thing.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as(world.story())
                    .isTrue();
        }
        List<String> statuses;
        synchronized (seen) {
            statuses = List.copyOf(seen);
        }
        assertThat(statuses).doesNotContain("False").endsWith("True");
    }

    @Test
    void refusesAReplacementOfWhatHasChangedSinceItWasRead(World world) {
        var service = world.service("replaced", "$V1").ready();
        var stale = service.resource().get();
        service.merge("metadata: {annotations: {changed: meanwhile}}");
        stale.getMetadata().setLabels(Map.of("mine", "yes"));
        assertThatThrownBy(() -> world.client().resource(stale).update())
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(409));
        var fresh = service.resource().get();
        fresh.getMetadata().setLabels(Map.of("mine", "yes"));
        world.client().resource(fresh).update();
        service.ready();
        assertThat(service.at("/metadata/labels/mine")).isEqualTo("yes");
        assertThat(service.at("/metadata/annotations/changed")).isEqualTo("meanwhile");
    }

    @Test
    void appliesAMergePatchAndDeletesInTheBackgroundAndInTheForeground(World world) {
        var service = world.service("patched", "$V1").ready();
        service.merge("spec: {template: {spec: {containers: [{image: $V2}]}}}").ready();
        assertThat(service.body("/")).isEqualTo(V2.message());
        service.resource()
                .withPropagationPolicy(io.fabric8.kubernetes.api.model.DeletionPropagation.FOREGROUND)
                .delete();
        service.gone();
        assertThat(world.list(Kind.REVISION)).isEmpty();
    }

    /** {@code kn service list}, {@code route list}, {@code revision list} and the look for the base revision of an update. */
    @Test
    void findsByFieldAndByGenerationAndTakesBackWhatWasAppliedBefore(World world) throws InterruptedException {
        var service =
                world.service("found", "$V1", "env: [{name: A, value: a}]").ready();
        for (var kind : List.of(Kind.SERVICE, Kind.ROUTE, Kind.CONFIGURATION)) {
            var some = world.client().genericKubernetesResources(kind.context()).inNamespace(world.namespace());
            assertThat(some.withField("metadata.name", "found").list().getItems())
                    .extracting(World::nameOf)
                    .containsExactly("found");
            assertThat(some.withField("metadata.name", "other").list().getItems())
                    .isEmpty();
        }
        assertThat(world.list(Kind.REVISION, "serving.knative.dev/configurationGeneration", "1"))
                .extracting(World::nameOf)
                .containsExactly("found-00001");

        // kn apply: what the last one had and this one has not is null in its merge patch
        var container = "{name: user-container, image: $V1}";
        service.merge("""
                metadata: {annotations: {kubectl.kubernetes.io/last-applied-configuration: '{}'}}
                spec: {template: {spec: {containers: [%s], timeoutSeconds: null}}}
                """.formatted(container)).ready();
        assertThat(service.at("/status/latestReadyRevisionName")).isEqualTo("found-00002");
        assertThat(service.json().at("/spec/template/spec/containers/0/env").isMissingNode())
                .isTrue();
        assertThat(service.at("/spec/template/spec/timeoutSeconds")).isEqualTo("300");
        assertThat(service.configuration()
                        .json()
                        .at("/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration")
                        .isMissingNode())
                .isTrue();

        var deleted = new CountDownLatch(1);
        var watcher = new Watcher<GenericKubernetesResource>() {
            @Override
            public void eventReceived(Action action, GenericKubernetesResource object) {
                if (action == Action.DELETED) {
                    deleted.countDown();
                }
            }

            @Override
            public void onClose(WatcherException cause) {}
        };
        var from = service.at("/metadata/resourceVersion");
        try (var _ = service.resource()
                .watch(new ListOptionsBuilder().withResourceVersion(from).build(), watcher)) {
            service.delete();
            assertThat(deleted.await(Thing.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as(world.story())
                    .isTrue();
        }
    }

    /** {@code kn domain update}, after {@code describe}. */
    @Test
    void replacesADomainMapping(World world) {
        world.setting("config-network", "autocreate-cluster-domain-claims", "true");
        var domain = "moved-" + world.namespace() + ".example.com";
        world.service("one", "$V1").ready();
        var mapping = world.create(Kind.DOMAIN_MAPPING, """
                metadata: {name: %s}
                spec: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: one}}
                """.formatted(domain)).ready();
        assertThat(world.list(Kind.DOMAIN_MAPPING)).extracting(World::nameOf).containsExactly(domain);
        var changed = mapping.resource().get();
        var reference = Map.of("apiVersion", "serving.knative.dev/v1", "kind", "Service", "name", "two");
        changed.setAdditionalProperty("spec", Map.of("ref", reference));
        world.client().resource(changed).update();
        mapping.until("not Ready without its Service", object -> Thing.is(object, "Ready", "False"));
        world.service("two", "$V2").ready();
        mapping.ready();
        assertThat(mapping.at("/spec/ref/name")).isEqualTo("two");
        mapping.delete();
        mapping.gone();
    }

    /** {@code kn source list-types} and {@code channel list-types}. */
    @Test
    void findsTheKindsOfChannelsByTheirLabel(World world) {
        assertThat(world.client()
                        .apiextensions()
                        .v1()
                        .customResourceDefinitions()
                        .withLabel("messaging.knative.dev/subscribable", "true")
                        .list()
                        .getItems())
                .extracting(crd -> crd.getSpec().getNames().getKind())
                .contains("InMemoryChannel");
    }

    @Test
    void listsRevisionsOfAServiceByLabelAndDeletesOneThatIsNotUsed(World world) {
        var service = world.service("pruned", "$V1").ready();
        service.merge("spec: {template: {spec: {containers: [{image: $V2}]}}}").ready();
        assertThat(world.list(Kind.REVISION, "serving.knative.dev/service", "pruned"))
                .extracting(World::nameOf)
                .containsExactlyInAnyOrder("pruned-00001", "pruned-00002");
        world.thing(Kind.REVISION, "pruned-00001").delete();
        world.thing(Kind.REVISION, "pruned-00001").gone();
        assertThat(service.body("/")).isEqualTo(V2.message());
        assertThat(Thing.is(service.json(), "Ready", "True")).isTrue();
    }
}
