package dev.sluice.buses.broker;

import static org.assertj.core.api.Assertions.assertThat;

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
}
