package dev.sluice.buses.kafka;

import dev.sluice.buses.bus.BusException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Topics and the offsets of groups. Each call waits, and throws what Kafka says as a {@link BusException} whose cause it is. */
final class KafkaObjects {
    private final String name;
    private final Admin admin;
    private final Duration patience;

    KafkaObjects(String bus, Admin admin, Duration patience) {
        this.name = bus;
        this.admin = admin;
        this.patience = patience;
    }

    /** Every broker that is asked knows it when it returns. */
    void create(TopicSettings topic) {
        int brokers = done("counting brokers", admin.describeCluster().nodes()).size();
        try {
            done(
                    "making topic " + topic.name(),
                    admin.createTopics(List.of(topic.topic(brokers))).all());
        } catch (BusException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
        awaitKnown(topic.name());
    }

    void deleteTopic(String topic) {
        try {
            done("deleting topic " + topic, admin.deleteTopics(List.of(topic)).all());
        } catch (BusException e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw e;
            }
        }
    }

    /** The controller has made it; the brokers hear of it a moment later. */
    private void awaitKnown(String topic) {
        long end = System.nanoTime() + patience.toNanos();
        while (describe(topic).isEmpty()) {
            if (System.nanoTime() > end) {
                throw new BusException(name + ": topic " + topic + " was made and is not there");
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    Optional<TopicDescription> describe(String topic) {
        try {
            return Optional.ofNullable(done(
                            "describing topic " + topic,
                            admin.describeTopics(List.of(topic)).allTopicNames())
                    .get(topic));
        } catch (BusException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private <T> T done(String what, KafkaFuture<T> future) {
        try {
            return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new BusException(name + ": " + what, e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new BusException(name + ": " + what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusException(name + ": " + what, e);
        }
    }

    static List<TopicPartition> partitions(TopicDescription topic) {
        return topic.partitions().stream()
                .map(info -> new TopicPartition(topic.name(), info.partition()))
                .toList();
    }

    Map<TopicPartition, OffsetAndMetadata> committed(String group) {
        return new HashMap<>(done(
                "asking for the offsets of " + group,
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata()));
    }

    Map<TopicPartition, Long> offsets(List<TopicPartition> partitions, OffsetSpec spec) {
        var asked = partitions.stream().collect(Collectors.toMap(partition -> partition, _ -> spec));
        var found = new HashMap<TopicPartition, Long>();
        done("asking for offsets", admin.listOffsets(asked).all())
                .forEach((partition, info) -> found.put(partition, info.offset()));
        return found;
    }

    void commit(String group, Map<TopicPartition, Long> offsets) {
        var commits = new HashMap<TopicPartition, OffsetAndMetadata>();
        offsets.forEach((partition, offset) -> commits.put(partition, new OffsetAndMetadata(offset)));
        var _ = done(
                "setting the offsets of " + group,
                admin.alterConsumerGroupOffsets(group, commits).all());
    }

    void deleteGroup(String id) {
        try {
            var _ = done(
                    "deleting group " + id,
                    admin.deleteConsumerGroups(List.of(id)).all());
        } catch (BusException e) {
            if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                throw e;
            }
        }
    }
}
