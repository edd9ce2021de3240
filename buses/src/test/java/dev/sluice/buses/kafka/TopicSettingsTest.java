package dev.sluice.buses.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicSettingsTest {
    private static TopicSettings settings(Map<String, String> arguments) {
        return TopicSettings.of(new ChannelSettings(new ChannelId("ns", "c"), "kafka", arguments));
    }

    @Test
    void aBrokersTopicHasNoMoreCopiesThanThereAreBrokersOfKafka() {
        var broker = settings(Map.of("NumPartitions", "10", "ReplicationFactorAtMost", "3"));

        assertThat(broker.topic(1).replicationFactor()).isEqualTo((short) 1);
        assertThat(broker.topic(2).replicationFactor()).isEqualTo((short) 2);
        assertThat(broker.topic(5).replicationFactor()).isEqualTo((short) 3);
        assertThat(broker.topic(5).numPartitions()).isEqualTo(10);
    }

    @Test
    void aChannelsTopicHasTheCopiesThatItAsksFor() {
        assertThat(settings(Map.of("ReplicationFactor", "3")).topic(1).replicationFactor())
                .isEqualTo((short) 3);
        assertThat(settings(Map.of()).topic(5).replicationFactor()).isEqualTo((short) 1);
    }
}
