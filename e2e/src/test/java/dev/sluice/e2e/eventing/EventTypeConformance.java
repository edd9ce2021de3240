package dev.sluice.e2e.eventing;

import static dev.sluice.e2e.eventing.EventWorld.condition;
import static dev.sluice.e2e.eventing.EventWorld.event;
import static dev.sluice.e2e.eventing.EventWorld.eventually;
import static dev.sluice.e2e.eventing.EventWorld.is;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** EventTypes say what comes, in any of their versions, and make themselves where they may. */
@Eventing
class EventTypeConformance {
    private static final String OLD = "eventing.knative.dev/v1beta2";
    private static final String LISTED = "eventing.knative.dev/v1beta3";
    private static final String KIND = "EventType";

    @Test
    void saysWhetherWhatItRefersToIsThere(EventWorld world) {
        world.create(OLD, KIND, "lost", """
                spec: {type: t1, source: /s, reference: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: default}}
                """);
        var lost = world.until(OLD, KIND, "lost", "lost", o -> is(o, "ReferenceExists", "False"));
        assertThat(condition(lost, "Ready").path("reason").asText()).isEqualTo("ResourceDoesNotExist");
        assertThat(condition(lost, "Ready").path("message").asText())
                .isEqualTo("Resource in spec.reference does not exist");

        world.broker("default", "");
        world.ready(OLD, KIND, "lost");
    }

    @Test
    void isReadInEachVersionAsItWasWritten(EventWorld world) {
        world.create(LISTED, KIND, "listed", """
                spec: {attributes: [{name: type, value: t1, required: true}, {name: source, value: "/a/{b}", required: true},
                {name: specversion, value: "1.0", required: true}, {name: id, required: true}, {name: subject, value: x}]}
                """);
        var ready = world.ready(LISTED, KIND, "listed");
        assertThat(condition(ready, "ReferenceExists").path("reason").asText()).isEqualTo("ReferenceNotSet");
        assertThat(ready.at("/spec/attributes/4/value").asText()).isEqualTo("x");
        assertThat(world.get(OLD, KIND, "listed").at("/spec/source").asText()).isEqualTo("/a/{b}");
        assertThat(world.get("eventing.knative.dev/v1beta1", KIND, "listed")
                        .at("/spec/type")
                        .asText())
                .isEqualTo("t1");
    }

    @Test
    @ResourceLock("config-features of eventing")
    void makesItselfOfWhatABrokerTakesWhereThatIsEnabled(EventWorld world) {
        world.broker("default", "");
        world.brokerReady("default");
        // while it is not: had this made one, two would be found below
        world.accepted(world.brokerUrl("default"), event("0", "ce-type", "made.of.nothing"), "x");
        features(world, Map.of("eventtype-auto-create", "enabled"));
        try {
            makesItself(world);
        } finally {
            features(world, Map.of());
        }
    }

    private static void features(EventWorld world, Map<String, String> data) {
        world.platform()
                .client()
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("config-features")
                        .withNamespace("knative-eventing")
                        .endMetadata()
                        .addToData(data)
                        .build())
                .fieldManager("eventtype-conformance")
                .forceConflicts()
                .serverSideApply();
    }

    private static void makesItself(EventWorld world) {
        eventually(() -> {
            world.accepted(
                    world.brokerUrl("default"), event("1", "ce-type", "made.of.this", "ce-source", "/here"), "x");
            var types = world.platform()
                    .client()
                    .genericKubernetesResources(OLD, KIND)
                    .inNamespace(world.namespace())
                    .list()
                    .getItems();
            assertThat(types).hasSize(1);
            var meta = types.getFirst().getMetadata();
            assertThat(meta.getName()).matches("et-default-[0-9a-f]{32}");
            assertThat(meta.getOwnerReferences().getFirst().getKind()).isEqualTo("Broker");
            var made = world.get(LISTED, KIND, meta.getName());
            assertThat(made.at("/spec/attributes").toString()).contains("made.of.this", "/here");
            assertThat(made.at("/spec/reference/name").asText()).isEqualTo("default");
        });
    }
}
