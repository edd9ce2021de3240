package dev.sluice.buses.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.duck.KReference;
import dev.sluice.api.eventing.Broker;
import dev.sluice.api.eventing.BrokerSpec;
import dev.sluice.api.eventing.EventingNames;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokerClassTest {
    @Test
    void aKafkaBrokersConfigurationSaysHowItsTopicIs() {
        assertThat(BrokerClass.topic(Map.of("default.topic.partitions", "4", "default.topic.replication.factor", "2")))
                .isEqualTo(Map.of("NumPartitions", "4", "ReplicationFactorAtMost", "2"));
        assertThat(BrokerClass.topic(Map.of("bootstrap.servers", "x:9092")))
                .isEqualTo(Map.of("NumPartitions", "10", "ReplicationFactorAtMost", "3"));
    }

    private static Broker broker(String brokerClass, String configuration) {
        var broker = new Broker();
        broker.setMetadata(new ObjectMetaBuilder()
                .withNamespace("ns")
                .withName("default")
                .addToAnnotations(EventingNames.BROKER_CLASS, brokerClass)
                .build());
        broker.setSpec(new BrokerSpec(KReference.of("v1", "ConfigMap", null, configuration), null));
        return broker;
    }

    /** Earlier versions did not look at it: a Broker that takes events must not cease to. */
    @Test
    void aConfigurationThatIsMissingKeepsNoBrokerFromTheEventsThatItTakesAlready() {
        var choice = BrokerClass.choose(broker("Kafka", "nowhere"), (_, _) -> null);

        assertThat(choice.given(false)).isEqualTo(new BrokerClass.Choice(null, "ConfigMap ns/nowhere does not exist"));
        assertThat(choice.given(true))
                .isEqualTo(new BrokerClass.Choice("kafka", "ConfigMap ns/nowhere does not exist"));
        var channelBased = BrokerClass.choose(broker("MTChannelBasedBroker", "nowhere"), (_, _) -> null);
        assertThat(channelBased.given(true).bus()).isNull();
    }
}
