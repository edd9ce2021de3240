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
        stale.getMetadata().setLabels(java.util.Map.of("mine", "yes"));
        assertThatThrownBy(() -> world.client().resource(stale).update())
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(409));
        var fresh = service.resource().get();
        fresh.getMetadata().setLabels(java.util.Map.of("mine", "yes"));
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
