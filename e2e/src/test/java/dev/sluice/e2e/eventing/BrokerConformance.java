package dev.sluice.e2e.eventing;

import static dev.sluice.e2e.eventing.EventWorld.event;
import static dev.sluice.e2e.eventing.EventWorld.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a Broker and a Trigger say of themselves, and what the ingress of a Broker takes. */
@Eventing
class BrokerConformance {
    private static final String API = "eventing.knative.dev/v1";
    private static final String NOWHERE = "http://127.0.0.1:9/";

    @Test
    void aBrokerIsAddressableResolvesItsDeadLetterSinkAndKeepsClassAndConfiguration(EventWorld world) {
        world.create("v1", "Service", "letters", "spec: {ports: [{port: 80}]}");
        world.broker("default", "delivery: {deadLetterSink: {ref: {apiVersion: v1, kind: Service, name: letters}}}");

        var broker = world.brokerReady("default");
        assertThat(broker.at("/status/address/url").asText()).isEqualTo(world.brokerUrl("default"));
        assertThat(broker.at("/status/deadLetterSinkUri").asText())
                .isEqualTo("http://letters." + world.namespace() + ".svc.cluster.local");
        assertThat(world.patch(
                        API,
                        "Broker",
                        "default",
                        "metadata: {annotations: {eventing.knative.dev/broker.class: Other}}"))
                .contains("Immutable fields changed (-old +new): annotations");
        assertThat(world.patch(
                        API, "Broker", "default", "spec: {config: {apiVersion: v1, kind: ConfigMap, name: other}}"))
                .contains("Immutable fields changed (-old +new): config, spec");
    }

    @Test
    void aTriggerMayComeBeforeItsBrokerAndIsReadyOnceThatIs(EventWorld world) {
        world.trigger("early", NOWHERE, "");
        var alone = world.until(API, "Trigger", "early", "not Ready", o -> EventWorld.is(o, "Ready", "False"));
        assertThat(EventWorld.condition(alone, "BrokerReady").path("reason").asText())
                .isEqualTo("BrokerDoesNotExist");

        world.broker("default", "");
        assertThat(world.triggerReady("early").at("/status/subscriberUri").asText())
                .isEqualTo(NOWHERE);
        assertThat(world.patch(API, "Trigger", "early", "spec: {broker: other}"))
                .contains("Immutable fields changed (-old +new): broker, spec");
        assertThat(world.patch(API, "Trigger", "early", "spec: {filter: {attributes: {Source: x}}}"))
                .contains("invalid key name \"Source\"");
        assertThat(world.patch(API, "Trigger", "early", "spec: {filters: [{cesql: \"type =\"}]}"))
                .contains("spec.filters[0].cesql");
    }

    @Test
    void aTriggerWhoseSubscriberCannotBeFoundSaysSoUntilItCan(EventWorld world) {
        world.broker("default", "");
        world.create(
                API,
                "Trigger",
                "lost",
                "spec: {broker: default, subscriber: {ref: {apiVersion: v1, kind: Service, name: late}, uri: /in}}");
        var lost = world.until(API, "Trigger", "lost", "not Ready", o -> EventWorld.is(o, "Ready", "False"));
        assertThat(EventWorld.condition(lost, "SubscriberResolved")
                        .path("message")
                        .asText())
                .contains("late");
        assertThat(lost.at("/status/subscriberUri").isMissingNode()).isTrue();

        world.create("v1", "Service", "late", "spec: {ports: [{port: 80}]}");
        assertThat(world.triggerReady("lost").at("/status/subscriberUri").asText())
                .isEqualTo("http://late." + world.namespace() + ".svc.cluster.local/in");
    }

    @Test
    void takesEventsInEveryFormAndRefusesWhatIsNone(EventWorld world) {
        var listener = world.listener();
        world.broker("default", "");
        world.trigger("all", listener.url(), "");
        world.triggerReady("all");
        var url = world.brokerUrl("default");

        world.accepted(url, event("v1"), "x");
        world.accepted(url, event("v03", "ce-specversion", "0.3"), "x");
        for (var type : List.of("application/vnd.apache.thrift.binary", "application/xml", "application/json")) {
            world.accepted(url, event(type.replace('/', '-'), "Content-Type", type), "{}");
        }
        world.accepted(
                url,
                Map.of("Content-Type", "application/cloudevents+json"),
                "{\"specversion\":\"1.0\",\"id\":\"structured\",\"type\":\"t0\",\"source\":\"/e2e\",\"data\":{\"a\":1}}");
        world.accepted(
                url,
                Map.of("Content-Type", "application/cloudevents-batch+json"),
                "[{\"specversion\":\"1.0\",\"id\":\"b1\",\"type\":\"t0\",\"source\":\"/e2e\"},"
                        + "{\"specversion\":\"1.0\",\"id\":\"b2\",\"type\":\"t0\",\"source\":\"/e2e\"}]");
        assertThat(world.send("GET", url, Map.of(), "").statusCode()).isEqualTo(405);
        assertThat(world.send("OPTIONS", url, Map.of(), "").statusCode()).isEqualTo(200);
        assertThat(world.post(url, event("v19", "ce-specversion", "19.0"), "x").statusCode())
                .isEqualTo(400);
        assertThat(world.post(world.brokerUrl("nobody"), event("x"), "x").statusCode())
                .isEqualTo(404);
        for (var missing : List.of("ce-id", "ce-type", "ce-source", "ce-specversion")) {
            var headers = new TreeMap<>(event("m"));
            headers.remove(missing);
            assertThat(world.post(url, headers, "x").statusCode()).as(missing).isEqualTo(400);
        }

        eventually(() -> {
            assertThat(listener.heard()).hasSize(8);
            var versions = new TreeMap<String, String>();
            listener.heard().forEach(h -> versions.put(h.id(), h.header("ce-specversion")));
            assertThat(versions)
                    .containsEntry("v1", "1.0")
                    .containsEntry("v03", "0.3")
                    .doesNotContainKey("v19");
            assertThat(listener.heard()).anyMatch(h -> h.body().contains("\"structured\""));
            assertThat(listener.heard()).allSatisfy(h -> {
                assertThat(h.header("prefer")).isEqualTo("reply");
                assertThat(h.header("kn-namespace")).isEqualTo(world.namespace());
                assertThat(h.headers()).doesNotContainKey("ce-knativebrokerttl");
            });
        });
    }
}
