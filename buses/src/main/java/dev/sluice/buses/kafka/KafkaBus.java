package dev.sluice.buses.kafka;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.Placement;
import dev.sluice.buses.bus.SubscriptionSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka cluster as a bus: a topic per channel, a consumer group per subscription. An event is accepted when all in-sync replicas
 * have it, its stamp is topic, partition and offset, and events with the same partition key keep their order. One process at a time
 * consumes for a subscription.
 */
public final class KafkaBus implements Bus {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaBus.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String name;
    private final KafkaSettings settings;
    private final Runnable passedOver;
    private final Admin admin;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaObjects objects;
    private final KafkaHealth health;
    private final Map<ChannelId, Topic> topics = new ConcurrentHashMap<>();
    private final Map<String, Group> groups = new ConcurrentHashMap<>();

    private static final class Topic {
        private final TopicSettings settings;
        /** The channel is gone; the topic stays while a subscription has events of it. */
        private volatile boolean gone;

        Topic(TopicSettings settings) {
            this.settings = settings;
        }
    }

    private record Group(String id, SubscriptionSettings subscription, String topic, KafkaFeed feed) {}

    /** With messages that hold no event in the log alone. */
    public KafkaBus(String name, KafkaSettings settings) {
        this(name, settings, () -> {});
    }

    /**
     * Asks nothing of the cluster yet.
     *
     * @param name part of the names of consumer groups
     * @param passedOver told of each record that holds no event
     */
    public KafkaBus(String name, KafkaSettings settings, Runnable passedOver) {
        this.name = name;
        this.passedOver = passedOver;
        this.settings = settings;
        this.admin = Admin.create(client(Map.of(
                CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG,
                "5000",
                CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG,
                Long.toString(PATIENCE.toMillis()))));
        this.producer = new KafkaProducer<>(
                client(Map.of(
                        ProducerConfig.ACKS_CONFIG, "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true",
                        ProducerConfig.LINGER_MS_CONFIG, "0",
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(2 << 20),
                        ProducerConfig.MAX_BLOCK_MS_CONFIG, "5000",
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "5000",
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "8000")),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.objects = new KafkaObjects(name, admin, PATIENCE);
        this.health = KafkaHealth.watch(name, admin);
    }

    private Map<String, Object> client(Map<String, String> more) {
        var all = new HashMap<String, Object>(settings.client());
        all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        all.put(CommonClientConfigs.CLIENT_ID_CONFIG, "sluice-" + name);
        all.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, "1000");
        all.put(CommonClientConfigs.METRICS_NUM_SAMPLES_CONFIG, "1");
        all.putAll(more);
        return all;
    }

    private KafkaConsumer<byte[], byte[]> consumer(String group) {
        return new KafkaConsumer<>(
                client(Map.of(
                        ConsumerConfig.GROUP_ID_CONFIG,
                        group,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        "false",
                        // when the cluster has dropped what was committed, what is left must still come
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        Integer.toString(KafkaFeed.FETCHED_AT_ONCE),
                        ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                        Integer.toString(8 << 20),
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        Long.toString(PATIENCE.toMillis()),
                        ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        "5000",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        "false")),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    @Override
    public synchronized void addChannel(ChannelSettings channel) {
        var topic = TopicSettings.of(channel);
        var there = objects.describe(topic.name());
        if (there.isEmpty()) {
            if (topic.external()) {
                throw new BusException("topic " + topic.name() + " of channel " + channel.id()
                        + " does not exist, and it is not made because it is External");
            }
            objects.create(topic);
        }
        topics.put(channel.id(), new Topic(topic));
    }

    @Override
    public synchronized void removeChannel(ChannelId channel) {
        var topic = topics.get(channel);
        if (topic != null) {
            topic.gone = true;
            dropIfUnused(channel, topic);
        }
    }

    private void dropIfUnused(ChannelId channel, Topic topic) {
        if (!topic.gone
                || groups.values().stream()
                        .anyMatch(g -> g.subscription.channel().equals(channel))) {
            return;
        }
        if (!topic.settings.external()) {
            objects.deleteTopic(topic.settings.name());
        }
        topics.remove(channel);
    }

    @Override
    public Set<ChannelId> channels() {
        return topics.entrySet().stream()
                .filter(entry -> !entry.getValue().gone)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    @Override
    public boolean hasChannel(ChannelId channel) {
        var topic = topics.get(channel);
        return topic != null && !topic.gone;
    }

    @Override
    public void putSubscription(SubscriptionSettings subscription) {
        putSubscription(subscription, false);
    }

    @Override
    public synchronized void putSubscription(SubscriptionSettings subscription, boolean begun) {
        var known = groups.get(subscription.uid());
        if (known != null) {
            groups.put(subscription.uid(), new Group(known.id, subscription, known.topic, known.feed));
            return;
        }
        var topic = topics.get(subscription.channel());
        if (topic == null) {
            throw new BusException(name + ": no channel " + subscription.channel());
        }
        var topicName = topic.settings.name();
        var there = objects.describe(topicName)
                .orElseThrow(() -> new BusException(name + ": topic " + topicName + " does not exist"));
        var id = groupId(subscription.namespace(), subscription.name(), subscription.uid());
        begin(id, KafkaObjects.partitions(there), begun);
        var feed = new KafkaFeed(topicName, there.topicId(), () -> consumer(id), passedOver);
        groups.put(subscription.uid(), new Group(id, subscription, topicName, feed));
        feed.start();
    }

    private String groupId(String namespace, String subscription, String uid) {
        return String.join(".", name, namespace, subscription, uid);
    }

    private void begin(String group, List<TopicPartition> partitions, boolean begun) {
        var committed = objects.committed(group);
        committed.values().removeIf(Objects::isNull);
        switch (Beginning.of(begun, !committed.isEmpty())) {
            case WHERE_IT_WAS -> {}
            case END -> objects.commit(group, objects.offsets(partitions, OffsetSpec.latest()));
            case EVERYTHING -> {
                LOG.atWarn()
                        .addKeyValue("bus", name)
                        .addKeyValue("group", group)
                        .log(
                                "the cluster has forgotten how far a subscription was: it gets everything that its topic keeps");
                objects.commit(group, objects.offsets(partitions, OffsetSpec.earliest()));
            }
        }
    }

    @Override
    public synchronized void removeSubscription(String uid) {
        var group = groups.get(uid);
        if (group == null) {
            return;
        }
        group.feed.stop();
        objects.deleteGroup(group.id);
        groups.remove(uid);
        var channel = group.subscription.channel();
        var topic = topics.get(channel);
        if (topic != null) {
            dropIfUnused(channel, topic);
        }
    }

    @Override
    public synchronized void discard(Placement left) {
        if (groups.containsKey(left.uid())) {
            removeSubscription(left.uid());
        } else {
            objects.deleteGroup(groupId(left.namespace(), left.name(), left.uid()));
        }
    }

    @Override
    public List<SubscriptionSettings> subscriptions() {
        return groups.values().stream().map(Group::subscription).toList();
    }

    @Override
    public Published publish(ChannelId channel, List<EventMessage> events) throws InterruptedException {
        var topic = topics.get(channel);
        if (topic == null || topic.gone) {
            return new Published.UnknownChannel();
        }
        var trouble = health.trouble();
        if (trouble.isPresent()) {
            return new Published.Unavailable(trouble.get());
        }
        var sent = new ArrayList<Future<RecordMetadata>>(events.size());
        try {
            for (var event : events) {
                sent.add(producer.send(KafkaRecords.of(topic.settings.name(), event)));
            }
            for (var one : sent) {
                one.get();
            }
            return new Published.Accepted();
        } catch (ExecutionException e) {
            return e.getCause() instanceof RecordTooLargeException
                    ? new Published.Refused(name + ": " + e.getCause().getMessage())
                    : new Published.Unavailable(name + ": " + e.getCause());
        } catch (KafkaException | IllegalStateException e) {
            return new Published.Unavailable(name + ": " + e.getMessage());
        }
    }

    @Override
    public Feed feed(String uid) {
        return group(uid).feed;
    }

    private Group group(String uid) {
        var group = groups.get(uid);
        if (group == null) {
            throw new BusException(name + ": no subscription " + uid);
        }
        return group;
    }

    /** The group's lag: from what is committed to the end. */
    @Override
    public int pending(String uid) {
        var group = groups.get(uid);
        if (group == null) {
            return 0;
        }
        var committed = objects.committed(group.id);
        long lag = 0;
        for (var end : objects.offsets(List.copyOf(committed.keySet()), OffsetSpec.latest())
                .entrySet()) {
            var at = committed.get(end.getKey());
            lag += at == null ? 0 : end.getValue() - at.offset();
        }
        return (int) Math.min(lag, Integer.MAX_VALUE);
    }

    /** From the first event of each partition that is not older, and never forwards: what was not delivered yet comes in any case. */
    @Override
    public synchronized Optional<String> replay(String uid, Instant since) {
        var group = group(uid);
        var partitions =
                objects.describe(group.topic).map(KafkaObjects::partitions).orElse(List.of());
        var found = new HashMap<>(objects.offsets(partitions, OffsetSpec.forTimestamp(since.toEpochMilli())));
        var ends = objects.offsets(partitions, OffsetSpec.latest());
        found.replaceAll((partition, offset) -> offset < 0 ? ends.getOrDefault(partition, 0L) : offset);
        group.feed.stop();
        try {
            var committed = objects.committed(group.id);
            committed.values().removeIf(Objects::isNull);
            found.keySet()
                    .retainAll(
                            committed.keySet()); // of the others nothing was delivered: they begin at their beginning
            found.replaceAll((partition, offset) -> Math.min(
                    offset, Objects.requireNonNull(committed.get(partition)).offset()));
            objects.commit(group.id, found);
        } finally {
            group.feed.start();
        }
        return Optional.empty();
    }

    @Override
    public Duration keeps(ChannelId channel) {
        var topic = topics.get(channel);
        return topic == null ? Duration.ZERO : topic.settings.retention();
    }

    @Override
    public Optional<String> trouble() {
        return health.trouble();
    }

    @Override
    public void close() {
        health.close();
        groups.values().parallelStream().forEach(group -> group.feed.stop());
        producer.close(Duration.ofSeconds(5));
        admin.close(Duration.ofSeconds(5));
    }
}
