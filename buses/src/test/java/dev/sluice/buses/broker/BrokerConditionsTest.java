package dev.sluice.buses.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.eventing.Broker;
import dev.sluice.api.eventing.EventingNames;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BrokerConditionsTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private static BrokerConditions of(String type, @Nullable List<Condition> before) {
        var broker = new Broker();
        broker.setMetadata(new ObjectMetaBuilder()
                .addToAnnotations(EventingNames.BROKER_CLASS, type)
                .build());
        return new BrokerConditions(broker, before, NOON);
    }

    private static List<String> said(BrokerConditions conditions) {
        return conditions.all().list().stream()
                .map(condition -> condition.type() + " " + condition.status()
                        + (condition.reason() == null ? "" : " " + condition.reason()))
                .toList();
    }

    private static void resolved(BrokerConditions conditions) {
        conditions.all().markTrue("DeadLetterSinkResolved");
    }

    @Test
    void aKafkaBrokerSaysWhatKnativesKafkaBrokerSays() {
        var conditions = of("Kafka", null);
        conditions.carried("");
        resolved(conditions);

        assertThat(said(conditions))
                .containsExactly(
                        "Addressable True",
                        "ConfigMapUpdated True",
                        "ConfigParsed True",
                        "DataPlaneAvailable True",
                        "DeadLetterSinkResolved True",
                        "EventPoliciesReady True",
                        "ProbeSucceeded True",
                        "Ready True",
                        "TopicReady True");
    }

    @Test
    void oneWhoseKafkaIsAwayHasNoTopicAndOneWithoutItsConfigMapNoConfiguration() {
        var away = of("Kafka", null);
        away.notCarried(true, "bus kafka is not connected");
        resolved(away);
        var lost = of("KafkaNamespaced", null);
        lost.notCarried(false, "ConfigMap a/b does not exist");
        resolved(lost);

        assertThat(said(away))
                .contains("TopicReady False TopicFailure", "ConfigParsed True", "Ready False TopicFailure");
        assertThat(said(lost))
                .contains(
                        "ConfigParsed False ConfigurationFailure",
                        "TopicReady Unknown NotConfigured",
                        "Ready False ConfigurationFailure");
    }

    /** An earlier version said of every class what Knative says of its own. */
    @Test
    void aKafkaBrokerOfBeforeForgetsTheConditionsOfAChannel() {
        var before = of("MTChannelBasedBroker", null);
        before.carried("");
        resolved(before);
        assertThat(said(before))
                .contains("TriggerChannelReady True", "Ready True")
                .doesNotContain("TopicReady True");

        var now = of("Kafka", before.all().list());
        now.carried("ConfigMap a/b does not exist");
        resolved(now);
        assertThat(said(now))
                .contains("Ready True", "ConfigParsed True ConfigurationIgnored")
                .noneMatch(condition -> condition.startsWith("TriggerChannelReady"));
    }
}
