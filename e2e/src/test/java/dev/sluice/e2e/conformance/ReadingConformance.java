package dev.sluice.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import org.junit.jupiter.api.Test;

/** Configurations, Revisions and Routes are there to be read under the names that clients expect. */
@Conformance
class ReadingConformance {
    @Test
    @Row({"TestConfigurationGetAndList", "TestRevisionGetAndList", "TestRouteGetAndList"})
    void readsAndListsWhatAServiceOwns(World world) {
        var service = world.service("read", "$V1").ready();
        var uid = service.at("/metadata/uid");
        for (var one : new Thing[] {service.configuration(), service.route()}) {
            assertThat(one.name()).isEqualTo("read");
            assertThat(one.at("/metadata/ownerReferences/0/uid")).isEqualTo(uid);
            assertThat(one.at("/metadata/ownerReferences/0/controller")).isEqualTo("true");
            assertThat(world.list(one.kind(), "serving.knative.dev/service", "read"))
                    .extracting(World::nameOf)
                    .containsExactly("read");
        }
        assertThat(service.route().url()).isEqualTo(service.url());
        assertThat(service.configuration().at("/status/latestReadyRevisionName"))
                .isEqualTo("read-00001");
        assertThat(world.list(Kind.REVISION, "serving.knative.dev/configuration", "read"))
                .extracting(World::nameOf)
                .containsExactly("read-00001");
        var revision = world.thing(Kind.REVISION, "read-00001");
        assertThat(Thing.is(revision.json(), "Ready", "True")).isTrue();
        assertThat(revision.at("/metadata/ownerReferences/0/uid"))
                .isEqualTo(service.configuration().at("/metadata/uid"));
    }

    @Test
    @Row("TestUpdateConfigurationMetadata")
    void keepsTheRevisionWhenOnlyTheConfigurationsMetadataChanges(World world) {
        var configuration = world.create(Kind.CONFIGURATION, """
                metadata: {name: marked}
                spec: {template: {spec: {containers: [{image: $V1}]}}}
                """).ready();
        configuration
                .merge("metadata: {labels: {mark: seen}, annotations: {remark: made}}")
                .ready();
        var revision = configuration.latestRevision();
        assertThat(revision.name()).isEqualTo("marked-00001");
        assertThat(revision.at("/metadata/labels/mark")).isEmpty();
        assertThat(revision.at("/metadata/annotations/remark")).isEmpty();
        assertThat(world.list(Kind.REVISION)).hasSize(1);
        configuration
                .merge("metadata: {labels: {mark: null}, annotations: {remark: again}}")
                .ready();
        assertThat(world.list(Kind.REVISION))
                .extracting(GenericKubernetesResource::getMetadata)
                .hasSize(1);
    }
}
