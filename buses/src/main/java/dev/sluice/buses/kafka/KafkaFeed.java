package dev.sluice.buses.kafka;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.codec.BadEventException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One consumer group: a thread that fetches ahead and commits behind.
 *
 * <pre>
 *   poll -> ready (bounded) -> take -> out (bounded) -> acknowledge -> prefix -> commit at the next turn of the loop
 * </pre>
 *
 * Partitions whose unfinished span or whose bytes are at their bound are not fetched until that changes.
 */
final class KafkaFeed implements Bus.Feed {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaFeed.class);

    /** Given out and not acknowledged. */
    static final int MOST_OUT = 600;
    /** Of one partition, from the first unfinished event to the last fetched one: what a kill repeats at most. */
    static final int MOST_SPAN = 2_000;

    private static final long MOST_READY_BYTES = 16 << 20;
    static final int FETCHED_AT_ONCE = 100;
    private static final Duration WHILE_BUSY = Duration.ofMillis(20);
    private static final Duration WHILE_IDLE = Duration.ofSeconds(1);
    private static final long LOOK_FOR_PARTITIONS_NANOS = 30_000_000_000L;
    /** A cluster forgets what was not committed for a week, though nothing came meanwhile. */
    static final long COMMIT_ALL_NANOS = Duration.ofHours(1).toNanos();

    private static final Duration FOR_A_POSITION = Duration.ofSeconds(1);

    private final String topic;
    private final Uuid topicId;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final Runnable passedOver;
    private final LongSupplier nanos;
    private final ArrayDeque<Given> ready = new ArrayDeque<>();
    // all guarded by ready
    private final Map<TopicPartition, FinishedPrefix> prefixes = new HashMap<>();
    private long readyBytes;
    private int out;
    /** Counts the consumers: what an earlier one gave is not for this one to commit. */
    private int epoch;

    private @Nullable Thread loop;
    private volatile boolean running;

    KafkaFeed(String topic, Uuid topicId, Supplier<Consumer<byte[], byte[]>> consumers, Runnable passedOver) {
        this(topic, topicId, consumers, passedOver, System::nanoTime);
    }

    /**
     * @param passedOver told of each record that holds no event
     * @param nanos as {@link System#nanoTime}
     */
    KafkaFeed(
            String topic,
            Uuid topicId,
            Supplier<Consumer<byte[], byte[]>> consumers,
            Runnable passedOver,
            LongSupplier nanos) {
        this.topic = topic;
        this.topicId = topicId;
        this.consumers = consumers;
        this.passedOver = passedOver;
        this.nanos = nanos;
    }

    synchronized void start() {
        if (loop == null) {
            running = true;
            loop = Thread.ofVirtual().name("kafka " + topic).start(this::run);
        }
    }

    /** Commits what is finished; takers wait until it is started again. */
    synchronized void stop() {
        var thread = loop;
        if (thread == null) {
            return;
        }
        running = false;
        loop = null;
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        forget();
    }

    /** What was given out and is not finished comes again from the next consumer. */
    private int forget() {
        synchronized (ready) {
            ready.clear();
            prefixes.clear();
            readyBytes = 0;
            out = 0;
            return ++epoch;
        }
    }

    @Override
    public Bus.Delivery take() throws InterruptedException {
        synchronized (ready) {
            while (ready.isEmpty() || out >= MOST_OUT) {
                ready.wait();
            }
            out++;
            var given = ready.removeFirst();
            readyBytes -= given.event.size();
            return given;
        }
    }

    private void run() {
        var said = "";
        while (running) {
            try (var consumer = consumers.get()) {
                consume(consumer);
            } catch (RuntimeException | Error e) { // the subscription must not end by it, whatever it is
                var cause = String.valueOf(e.getMessage());
                LOG.atLevel(cause.equals(said) ? Level.DEBUG : Level.WARN)
                        .addKeyValue("topic", topic)
                        .addKeyValue("cause", cause)
                        .log("consuming starts anew");
                said = cause;
                pause();
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(WHILE_IDLE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }

    private void consume(Consumer<byte[], byte[]> consumer) {
        int mine = forget();
        var commits = new Commits(consumer);
        long looked = assign(consumer);
        try {
            while (running) {
                for (var record : consumer.poll(busy() ? WHILE_BUSY : WHILE_IDLE)) {
                    add(mine, record);
                }
                holdBack(consumer);
                commits.begin(positions());
                if (nanos.getAsLong() - looked > LOOK_FOR_PARTITIONS_NANOS) {
                    looked = assign(consumer);
                }
            }
        } finally {
            commits.finish(positions());
        }
    }

    private long assign(Consumer<byte[], byte[]> consumer) {
        var partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        if (partitions.isEmpty() && consumer.assignment().isEmpty()) {
            throw new BusException("topic " + topic + " is not known to the cluster at present");
        }
        if (!consumer.assignment().containsAll(partitions)) {
            consumer.assign(partitions);
        }
        return nanos.getAsLong();
    }

    private void add(int mine, ConsumerRecord<byte[], byte[]> record) {
        var partition = new TopicPartition(record.topic(), record.partition());
        boolean early;
        synchronized (ready) {
            early = prefixes.computeIfAbsent(partition, _ -> new FinishedPrefix(record.offset()))
                            .fetched(record.offset())
                    <= MOST_SPAN + MOST_OUT;
        }
        try {
            var event = KafkaRecords.event(record);
            synchronized (ready) {
                ready.addLast(new Given(mine, partition, record.offset(), record.timestamp(), event, early));
                readyBytes += event.size();
                ready.notifyAll();
            }
        } catch (BadEventException | RuntimeException e) { // whatever it is, the ones behind it must come
            LOG.atWarn()
                    .addKeyValue("topic", topic)
                    .addKeyValue("partition", record.partition())
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("a record that holds no event is passed over");
            passedOver.run();
            finished(mine, partition, record.offset(), 0);
        }
    }

    private void finished(int mine, TopicPartition partition, long offset, int given) {
        synchronized (ready) {
            var prefix = prefixes.get(partition);
            if (mine == epoch && prefix != null) {
                prefix.finished(offset);
                out -= given;
                ready.notifyAll();
            }
        }
    }

    /** Whether acknowledgements may come, or events wait for room. */
    private boolean busy() {
        synchronized (ready) {
            return prefixes.values().stream().anyMatch(prefix -> prefix.span() > 0);
        }
    }

    private void holdBack(Consumer<byte[], byte[]> consumer) {
        var full = new ArrayList<TopicPartition>();
        var free = new ArrayList<TopicPartition>();
        synchronized (ready) {
            for (var partition : consumer.assignment()) {
                var prefix = prefixes.get(partition);
                boolean wide = prefix != null && prefix.span() > MOST_SPAN - FETCHED_AT_ONCE;
                (wide || readyBytes > MOST_READY_BYTES ? full : free).add(partition);
            }
        }
        consumer.pause(full);
        consumer.resume(free);
    }

    private Map<TopicPartition, Long> positions() {
        var positions = new HashMap<TopicPartition, Long>();
        synchronized (ready) {
            prefixes.forEach((partition, prefix) -> positions.put(partition, prefix.position()));
        }
        return positions;
    }

    /** Commits of one consumer: one at a time, and each only when it says something new; all of them at the start and once an hour. */
    private final class Commits {
        private static final Duration LAST = Duration.ofSeconds(5);

        private final Consumer<byte[], byte[]> consumer;
        private final Map<TopicPartition, Long> committed = new HashMap<>();
        private boolean underWay;
        private long all = nanos.getAsLong() - COMMIT_ALL_NANOS;

        Commits(Consumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        void begin(Map<TopicPartition, Long> positions) {
            if (underWay) {
                return;
            }
            long now = nanos.getAsLong();
            if (now - all >= COMMIT_ALL_NANOS) {
                all = now;
                committed.clear();
                addQuiet(positions);
            }
            var news = news(positions);
            if (news.isEmpty()) {
                return;
            }
            underWay = true;
            consumer.commitAsync(news, (offsets, problem) -> {
                underWay = false; // on the loop's thread, within poll
                if (problem == null) {
                    offsets.forEach((partition, offset) -> committed.put(partition, offset.offset()));
                } else {
                    all = nanos.getAsLong() - COMMIT_ALL_NANOS;
                    LOG.atDebug()
                            .addKeyValue("topic", topic)
                            .addKeyValue("cause", String.valueOf(problem.getMessage()))
                            .log("commit is tried again");
                }
            });
        }

        /** Of partitions of which nothing has come yet. */
        private void addQuiet(Map<TopicPartition, Long> positions) {
            try {
                for (var partition : consumer.assignment()) {
                    if (!positions.containsKey(partition)) {
                        positions.put(partition, consumer.position(partition, FOR_A_POSITION));
                    }
                }
            } catch (KafkaException e) { // one without a leader; an hour later it has one
                LOG.atDebug()
                        .addKeyValue("topic", topic)
                        .addKeyValue("cause", String.valueOf(e.getMessage()))
                        .log("not all positions can be committed again");
            }
        }

        void finish(Map<TopicPartition, Long> positions) {
            var news = news(positions);
            if (!news.isEmpty()) {
                try {
                    consumer.commitSync(news, LAST);
                } catch (KafkaException e) {
                    LOG.atInfo()
                            .addKeyValue("topic", topic)
                            .addKeyValue("cause", String.valueOf(e.getMessage()))
                            .log("what was finished last may be delivered again: the last commit failed");
                }
            }
        }

        private Map<TopicPartition, OffsetAndMetadata> news(Map<TopicPartition, Long> positions) {
            var news = new HashMap<TopicPartition, OffsetAndMetadata>();
            positions.forEach((partition, position) -> {
                if (!position.equals(committed.get(partition))) {
                    news.put(partition, new OffsetAndMetadata(position));
                }
            });
            return news;
        }
    }

    private final class Given implements Bus.Delivery {
        private final int mine;
        private final TopicPartition partition;
        private final long offset;
        private final long millis;
        private final EventMessage event;
        private final boolean early;

        /** @param early among the first of its partition since this consumer began: only these may have been given before */
        Given(int mine, TopicPartition partition, long offset, long millis, EventMessage event, boolean early) {
            this.mine = mine;
            this.partition = partition;
            this.offset = offset;
            this.millis = millis;
            this.event = event;
            this.early = early;
        }

        @Override
        public boolean mayBeRepeated() {
            return early;
        }

        @Override
        public boolean isStale() {
            synchronized (ready) {
                return mine != epoch;
            }
        }

        @Override
        public Optional<Instant> taken() {
            return millis < 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
        }

        @Override
        public String stamp() {
            return topicId + "-" + partition.partition() + "-" + offset;
        }

        @Override
        public EventMessage event() {
            return event;
        }

        @Override
        public CompletableFuture<Void> acknowledge() {
            finished(mine, partition, offset, 1);
            return CompletableFuture.completedFuture(null);
        }
    }
}
