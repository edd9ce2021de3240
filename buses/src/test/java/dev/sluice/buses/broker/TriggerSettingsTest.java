package dev.sluice.buses.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.eventing.Broker;
import dev.sluice.api.eventing.Trigger;
import dev.sluice.buses.address.Resolved;
import dev.sluice.buses.ingress.ChannelNames;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.URI;
import org.junit.jupiter.api.Test;

/** While something that a Trigger needs is missing, what it has taken flows. */
class TriggerSettingsTest {
    private static final ChannelNames NAMES = new ChannelNames("cluster.local", "localhost");
    private static final Resolved.At SUBSCRIBER = new Resolved.At(URI.create("https://one/"), "PEM", null);
    private static final Resolved.At SINK = new Resolved.At(URI.create("https://sink/"), "SINK PEM", null);

    private static Trigger trigger(String annotations, String spec) {
        return Serialization.unmarshal("""
                apiVersion: eventing.knative.dev/v1
                kind: Trigger
                metadata: {name: t, namespace: ns, uid: u, annotations: {%s}}
                spec: {broker: default, %s}
                """.formatted(annotations, spec), Trigger.class);
    }

    private static final Broker BROKER = Serialization.unmarshal("""
            apiVersion: eventing.knative.dev/v1
            kind: Broker
            metadata: {name: default, namespace: ns, annotations: {"events.sluice.dev/max-in-flight": "3"}}
            spec: {delivery: {retry: 1}}
            """, Broker.class);

    private static final Trigger BEFORE = trigger("", "filter: {attributes: {type: a}}");
    private static final Trigger AFTER =
            trigger("\"events.sluice.dev/paused\": \"true\"", "filter: {attributes: {type: b}}, delivery: {retry: 7}");

    @Test
    void whatChangesReachesTheDispatcherWhileSubscriberAndSinkLeadNowhere() {
        var known = TriggerSettings.of(BEFORE, BEFORE.getSpec(), BROKER, SUBSCRIBER, SINK, NAMES);

        var changed = TriggerSettings.meanwhile(known, AFTER, AFTER.getSpec(), BROKER, null, null, false, NAMES);

        assertThat(changed).isEqualTo(TriggerSettings.of(AFTER, AFTER.getSpec(), BROKER, SUBSCRIBER, SINK, NAMES));
        assertThat(changed.terms().paused()).isTrue();
        assertThat(changed.policy().retry()).isEqualTo(7);
    }

    @Test
    void whatIsResolvedCounts() {
        var known = TriggerSettings.of(BEFORE, BEFORE.getSpec(), BROKER, SUBSCRIBER, SINK, NAMES);
        var other = new Resolved.At(URI.create("http://other/"), null, null);

        var changed = TriggerSettings.meanwhile(known, AFTER, AFTER.getSpec(), BROKER, other, null, true, NAMES);

        assertThat(changed).isEqualTo(TriggerSettings.of(AFTER, AFTER.getSpec(), BROKER, other, null, NAMES));
    }

    @Test
    void withoutItsBrokerItCanBePausedAndFilteredAtLeast() {
        var known = TriggerSettings.of(BEFORE, BEFORE.getSpec(), BROKER, SUBSCRIBER, SINK, NAMES);

        var changed = TriggerSettings.meanwhile(known, AFTER, AFTER.getSpec(), null, SUBSCRIBER, null, true, NAMES);

        assertThat(changed.terms().paused()).isTrue();
        assertThat(changed.terms().filters()).contains("\"b\"");
        assertThat(changed.terms().atOnce()).isEqualTo(3);
        assertThat(changed.policy().retry()).isEqualTo(1);
    }
}
