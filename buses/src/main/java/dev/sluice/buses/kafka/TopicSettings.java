package dev.sluice.buses.kafka;

import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelSettings;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The topic of a channel, from the channel's arguments.
 *
 * @param external exists already and is never made or deleted
 * @param replication 0 with {@code mostReplication}
 * @param mostReplication as many as there are brokers, and no more than this; 0 with {@code replication}
 */
record TopicSettings(
        String name, boolean external, int partitions, short replication, short mostReplication, Duration retention) {
    /** Of a Broker, whose configuration is made for clusters of any size. */
    private static final String MOST_REPLICATION = "ReplicationFactorAtMost";

    private static final Set<String> KNOWN =
            Set.of("Topic", "NumPartitions", "ReplicationFactor", MOST_REPLICATION, "Retention", "External");
    /** An event may have 1 MiB, and its headers come on top. */
    private static final int LARGEST_RECORD = 2 << 20;

    static TopicSettings of(ChannelSettings channel) {
        var arguments = channel.arguments();
        var unknown = new TreeSet<>(arguments.keySet());
        unknown.removeAll(KNOWN);
        if (!unknown.isEmpty()) {
            throw new BusException("channel " + channel.id() + ": argument " + unknown.first()
                    + " is not known; a Kafka bus knows " + String.join(", ", new TreeSet<>(KNOWN)));
        }
        short most = (short) (arguments.containsKey(MOST_REPLICATION) ? number(channel, MOST_REPLICATION, 1, 100) : 0);
        return new TopicSettings(
                arguments.getOrDefault(
                        "Topic", channel.id().namespace() + "." + channel.id().name()),
                Boolean.parseBoolean(arguments.get("External")),
                number(channel, "NumPartitions", 1, 10_000),
                (short) (most > 0 ? 0 : number(channel, "ReplicationFactor", 1, 100)),
                most,
                retention(channel));
    }

    private static int number(ChannelSettings channel, String argument, int standard, int most) {
        var text = channel.arguments().get(argument);
        if (text == null) {
            return standard;
        }
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > most) {
            throw new BusException("channel " + channel.id() + ": argument " + argument + " must be a number from 1 to "
                    + most + ", not " + text);
        }
        return Integer.parseInt(text);
    }

    private static Duration retention(ChannelSettings channel) {
        var text = channel.arguments().getOrDefault("Retention", "PT168H");
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException _) {
            throw new BusException(
                    "channel " + channel.id() + ": argument Retention must be an ISO 8601 duration, not " + text);
        }
    }

    /** @param brokers that there are */
    NewTopic topic(int brokers) {
        short copies = mostReplication > 0 ? (short) Math.clamp(brokers, 1, mostReplication) : replication;
        return new NewTopic(name, partitions, copies)
                .configs(Map.of(
                        TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention.toMillis()),
                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(LARGEST_RECORD)));
    }
}
