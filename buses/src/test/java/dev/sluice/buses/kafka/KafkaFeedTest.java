package dev.sluice.buses.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One consumer group with Kafka's own stand-in for a consumer. */
@Timeout(60)
class KafkaFeedTest {
    private static final String TOPIC = "t";
    private static final TopicPartition QUIET = new TopicPartition(TOPIC, 0);
    private static final TopicPartition BUSY = new TopicPartition(TOPIC, 1);

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger passedOver = new AtomicInteger();

    /** Refuses what Kafka's own refuses, and notes what is committed. */
    private static final class Fake extends MockConsumer<byte[], byte[]> {
        private final List<Map<TopicPartition, Long>> commits = new CopyOnWriteArrayList<>();

        Fake() {
            super("earliest");
        }

        static Fake withPartitions() {
            var fake = new Fake();
            var infos = new ArrayList<PartitionInfo>();
            for (var partition : List.of(QUIET, BUSY)) {
                infos.add(new PartitionInfo(TOPIC, partition.partition(), Node.noNode(), new Node[0], new Node[0]));
            }
            fake.updatePartitions(TOPIC, infos);
            fake.updateBeginningOffsets(Map.of(QUIET, 5L, BUSY, 0L));
            return fake;
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            if (assignment().isEmpty()) {
                throw new IllegalStateException("Consumer is not subscribed to any topics or assigned any partitions");
            }
            LockSupport.parkNanos(1_000_000); // the real one waits for what comes
            return super.poll(timeout);
        }

        @Override
        public synchronized void commitAsync(
                Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
            var noted = new HashMap<TopicPartition, Long>();
            offsets.forEach((partition, offset) -> noted.put(partition, offset.offset()));
            commits.add(noted);
            super.commitAsync(offsets, callback);
        }
    }

    private KafkaFeed feed(Fake... consumers) {
        Iterator<Fake> all = List.of(consumers).iterator();
        return new KafkaFeed(TOPIC, Uuid.ZERO_UUID, all::next, passedOver::incrementAndGet, nanos::get);
    }

    private static void comes(Fake consumer, long offset, Map<String, String> headers, String value) {
        consumer.schedulePollTask(() -> {
            var bytes = value.getBytes(StandardCharsets.UTF_8);
            var made = new ConsumerRecord<byte[], byte[]>(TOPIC, BUSY.partition(), offset, null, bytes);
            headers.forEach((name, text) -> made.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
            consumer.addRecord(made);
        });
    }

    private static final Map<String, String> EVENT =
            Map.of("ce_specversion", "1.0", "ce_id", "1", "ce_type", "t", "ce_source", "/s");

    @Test
    void goesOnWhenItsTopicIsKnownAgain() throws Exception {
        var unknown = new Fake();
        var known = Fake.withPartitions();
        comes(known, 0, EVENT, "hello");
        var feed = feed(unknown, known);
        feed.start();
        try {
            assertThat(feed.take().event().id()).isEqualTo("1");
        } finally {
            feed.stop();
        }
        assertThat(unknown.closed()).isTrue();
    }

    @Test
    void commitsEveryPositionAtTheStartAndOnceAnHour() {
        var consumer = Fake.withPartitions();
        var feed = feed(consumer);
        feed.start();
        try {
            var all = Map.of(QUIET, 5L, BUSY, 0L);
            await().until(() -> consumer.commits.equals(List.of(all)));

            nanos.addAndGet(KafkaFeed.COMMIT_ALL_NANOS - 1);
            var polled = new AtomicInteger();
            consumer.schedulePollTask(polled::incrementAndGet);
            consumer.schedulePollTask(polled::incrementAndGet);
            await().until(() -> polled.get() == 2);
            assertThat(consumer.commits).containsExactly(all);

            nanos.addAndGet(1);
            await().until(() -> consumer.commits.equals(List.of(all, all)));
        } finally {
            feed.stop();
        }
    }

    @Test
    void passesOverAndCountsWhatIsNoEvent() throws Exception {
        var consumer = Fake.withPartitions();
        var structured = new HashMap<>(EVENT);
        structured.put("content-type", "Application/CloudEvents+json; charset=UTF-8");
        comes(consumer, 0, structured, "no JSON");
        comes(consumer, 1, Map.of(), "no event");
        comes(consumer, 2, Map.of("content-type", "application/cloudevents+json"), "null");
        comes(consumer, 3, EVENT, "an event");
        var feed = feed(consumer);
        feed.start();
        try {
            feed.take().acknowledge().get(30, TimeUnit.SECONDS);
            await().until(() -> consumer.commits.getLast().equals(Map.of(BUSY, 4L)));
        } finally {
            feed.stop();
        }
        assertThat(passedOver.get()).isEqualTo(3);
    }

    @Test
    void onlyANewSubscriptionBeginsAtTheEnd() {
        assertThat(Beginning.of(false, false)).isEqualTo(Beginning.END);
        assertThat(Beginning.of(true, false)).isEqualTo(Beginning.EVERYTHING);
        assertThat(Beginning.of(true, true)).isEqualTo(Beginning.WHERE_IT_WAS);
        assertThat(Beginning.of(false, true)).isEqualTo(Beginning.WHERE_IT_WAS);
    }
}
