package dev.sluice.buses.kafka;

import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.PartitionKey;
import dev.sluice.buses.codec.BadEventException;
import dev.sluice.buses.codec.Carried;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Events as records and back (spec: CloudEvents' Kafka binding): attributes in headers {@code ce_…}, or a structured event as the
 * value; the key is the event's {@code partitionkey}. What another producer wrote is read the same way.
 */
final class KafkaRecords {
    static ProducerRecord<byte[], byte[]> of(String topic, EventMessage event) {
        var headers = new RecordHeaders();
        event.headers()
                .forEach((name, value) ->
                        headers.add(new RecordHeader(toKafka(name), value.getBytes(StandardCharsets.UTF_8))));
        var key = PartitionKey.of(event)
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .orElse(null);
        return new ProducerRecord<>(topic, null, null, key, event.body(), headers);
    }

    static EventMessage event(ConsumerRecord<byte[], byte[]> record) throws BadEventException {
        var headers = new TreeMap<String, String>();
        for (var header : record.headers()) {
            if (header.value() != null) {
                headers.put(toHttp(header.key()), new String(header.value(), StandardCharsets.UTF_8));
            }
        }
        var body = record.value() == null ? new byte[0] : record.value();
        return Carried.event(headers, body);
    }

    private static String toKafka(String header) {
        return header.startsWith("ce-") ? "ce_" + header.substring(3) : header;
    }

    private static String toHttp(String header) {
        return header.startsWith("ce_") ? "ce-" + header.substring(3) : header;
    }

    private KafkaRecords() {}
}
