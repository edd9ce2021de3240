package dev.sluice.buses.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusContract;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.claim.ClaimChecks;
import dev.sluice.buses.claim.ClaimLimits;
import dev.sluice.buses.claim.ClaimStore;
import dev.sluice.testing.servers.KafkaServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract against Kafka's own broker, and what only Kafka does. */
class KafkaBusIT extends BusContract {
    @TempDir
    static Path folder;

    private static KafkaServer kafka;

    @BeforeAll
    static void startKafka() {
        kafka = KafkaServer.start(folder.resolve("kafka"));
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @Override
    protected Bus open() {
        return new KafkaBus("kafka", KafkaSettings.plain(kafka.bootstrapServers()));
    }

    @Override
    protected ChannelSettings settings(ChannelId id) {
        return new ChannelSettings(id, "kafka", Map.of());
    }

    @Override
    protected int mostUnacknowledged() {
        return KafkaFeed.MOST_OUT;
    }

    @Override
    protected boolean keepsPrefixOnly() {
        return true;
    }

    @Override
    protected Server server() {
        return new Server() {
            @Override
            public void kill() {
                kafka.kill();
            }

            @Override
            public void start() {
                kafka.start();
            }
        };
    }

    @Test
    void givesAgainWhatCameSinceATime() throws Exception {
        var one = subscribe("one");
        publish("a", "b");
        acknowledge(drain(one).next(2));
        var since = Instant.now();
        publish("c", "d");
        acknowledge(drain(one).next(2));

        assertThat(bus().replay(one.uid(), since)).isEmpty();

        assertThat(ids(drain(one).next(2))).containsExactly("c", "d");
        assertThat(bus().replay(one.uid(), Instant.EPOCH)).isEmpty();
        var again = drain(one).next(4);
        assertThat(ids(again)).containsExactly("a", "b", "c", "d");
        acknowledge(again);
        assertThat(bus().replay(one.uid(), Instant.now().plusSeconds(60))).isEmpty();
        publish("e");
        assertThat(ids(drain(one).next(1))).containsExactly("e");
    }

    @Test
    void givesABigEventAgainAsLongAsItMay(@TempDir Path big) throws Exception {
        var one = subscribe("one");
        var store = ClaimStore.open(big, ClaimLimits.DEFAULT, Clock.systemUTC());
        var checks = new ClaimChecks(bus(), store);
        var body = new byte[4 << 20];
        var event = new EventMessage(event("b").headers(), body, "dev.sluice.test", "/tests", "b");
        assertThat(checks.publish(channel, List.of(event))).isEqualTo(new Bus.Published.Accepted());
        var feed = checks.feed(one.uid());
        acknowledge(List.of(feed.take()));
        assertThat(store.bytes()).isEqualTo(body.length);

        assertThat(checks.replay(one.uid(), Instant.EPOCH)).isEmpty();

        var again = feed.take();
        assertThat(again.event().body()).hasSize(body.length);
        acknowledge(List.of(again));
    }

    @Test
    void goingBackInTimePassesOverNothingThatWasNotDelivered() throws Exception {
        var one = subscribe("one");
        publish("a");
        acknowledge(drain(one).next(1));
        publish("b", "c");
        var before = drain(one).next(2); // and nobody is done with them
        assertThat(ids(before)).containsExactly("b", "c");
        assertThat(before)
                .noneMatch(Bus.Delivery::isStale)
                .allMatch(given -> given.taken().isPresent());

        assertThat(bus().replay(one.uid(), Instant.now())).isEmpty();

        assertThat(ids(drain(one).next(2))).containsExactly("b", "c");
        assertThat(before).allMatch(Bus.Delivery::isStale);
    }

    @Test
    void goingBackInTimeDoesNotPassOverAPartitionThatIsNew() throws Exception {
        var one = subscribe("one");
        publish("a");
        acknowledge(drain(one).next(1));
        var topic = channel.namespace() + "." + channel.name();
        try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()));
                var producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            var description = Objects.requireNonNull(
                    admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
            int partitions = description.partitions().size();
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions + 1)))
                    .all()
                    .get();
            var event = new ProducerRecord<byte[], byte[]>(
                    topic, partitions, null, null, "hello".getBytes(StandardCharsets.UTF_8));
            Map.of("ce_specversion", "1.0", "ce_id", "b", "ce_type", "t", "ce_source", "/s")
                    .forEach((name, value) -> event.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
            producer.send(event).get();
        }

        assertThat(bus().replay(one.uid(), Instant.now())).isEmpty();

        assertThat(ids(drain(one).next(1))).containsExactly("b");
    }

    /** As a cluster does with offsets that were not committed for a week. */
    @Test
    void givesEverythingToASubscriptionWhoseOffsetsTheClusterHasForgotten() throws Exception {
        var one = subscribe("one");
        publish("a", "b");
        bus().removeSubscription(one.uid()); // its group, not its topic

        bus().putSubscription(one, true);

        assertThat(ids(drain(one).next(2))).containsExactly("a", "b");
    }

    @Test
    void takesItsTopicsSettingsFromTheChannelsArguments() {
        var wide = new ChannelId("default", channel.name() + "-wide");
        bus().addChannel(new ChannelSettings(wide, "kafka", Map.of("NumPartitions", "4", "Retention", "PT1H")));
        assertThatThrownBy(() -> bus().addChannel(new ChannelSettings(wide, "kafka", Map.of("NumPartitions", "many"))))
                .hasMessageContaining("argument NumPartitions must be a number from 1 to 10000, not many");
        assertThatThrownBy(() -> bus().addChannel(new ChannelSettings(wide, "kafka", Map.of("Numpartitions", "3"))))
                .hasMessageContaining("argument Numpartitions is not known");
        bus().removeChannel(wide);
    }

    @Test
    void readsWhatAnotherProducerWroteAndPassesOverWhatIsNoEvent() throws Exception {
        var one = subscribe("one");
        var topic = channel.namespace() + "." + channel.name();
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            var _ = producer.send(new ProducerRecord<>(topic, "no event".getBytes(StandardCharsets.UTF_8)));
            var event = new ProducerRecord<byte[], byte[]>(topic, "hello".getBytes(StandardCharsets.UTF_8));
            Map.of(
                            "ce_specversion",
                            "1.0",
                            "ce_id",
                            "x",
                            "ce_type",
                            "t",
                            "ce_source",
                            "/s",
                            "content-type",
                            "text/plain")
                    .forEach((name, value) -> event.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
            producer.send(event).get();
        }
        var got = drain(one).next(1);
        assertThat(got.getFirst().event().headers())
                .containsEntry("ce-id", "x")
                .containsEntry("content-type", "text/plain");
        acknowledge(got);
        await().atMost(Duration.ofSeconds(30)).until(() -> bus().pending(one.uid()) == 0);
    }
}
