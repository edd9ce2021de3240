package dev.sluice.buses.gcppubsub;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.PartitionKey;
import dev.sluice.buses.codec.BadEventException;
import dev.sluice.buses.codec.Carried;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Events as messages and back: headers are attributes of their HTTP names (spec: CloudEvents' Pub/Sub binding). Pub/Sub takes 100
 * attributes of 1,024 bytes; headers beyond that stand as JSON before the body, and {@code sluice-headers} tells their length.
 */
final class PubSubMessages {
    static final String STAMP = "sluice-delivery-id";
    private static final String MORE = "sluice-headers";
    private static final String CONTENT_TYPE = "Content-Type";
    private static final int MOST_ATTRIBUTES = 90;
    private static final int LONGEST_NAME = 256;
    private static final int LONGEST_VALUE = 1024;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<TreeMap<String, String>> HEADERS = new TypeReference<>() {};

    static PubsubMessage message(String stamp, EventMessage event) {
        var message = PubsubMessage.newBuilder().putAttributes(STAMP, stamp);
        var more = new TreeMap<String, String>();
        event.headers().forEach((name, value) -> {
            if (fits(name, value) && message.getAttributesCount() < MOST_ATTRIBUTES) {
                message.putAttributes(name.equals("content-type") ? CONTENT_TYPE : name, value);
            } else {
                more.put(name, value);
            }
        });
        PartitionKey.of(event).ifPresent(key -> message.setOrderingKey(PubSubNames.orderingKey(key)));
        var body = ByteString.copyFrom(event.body());
        if (more.isEmpty()) {
            return message.setData(body).build();
        }
        var before = ByteString.copyFromUtf8(json(more));
        return message.putAttributes(MORE, Integer.toString(before.size()))
                .setData(before.concat(body))
                .build();
    }

    private static boolean fits(String name, String value) {
        return !name.isEmpty()
                && !name.startsWith("goog") // reserved
                && !name.equals(STAMP)
                && !name.equals(MORE)
                && length(name) <= LONGEST_NAME
                && length(value) <= LONGEST_VALUE;
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String json(Map<String, String> headers) {
        try {
            return JSON.writeValueAsString(headers);
        } catch (IOException e) {
            throw new IllegalStateException("writing headers", e);
        }
    }

    /** Empty for what somebody else published here. */
    static Optional<String> stamp(PubsubMessage message) {
        return Optional.ofNullable(message.getAttributesMap().get(STAMP));
    }

    static EventMessage event(PubsubMessage message) throws BadEventException {
        var headers = new TreeMap<String, String>();
        message.getAttributesMap().forEach((name, value) -> {
            if (!name.equals(STAMP) && !name.equals(MORE)) {
                headers.put(name.toLowerCase(Locale.ROOT), value);
            }
        });
        var body = message.getData();
        var more = message.getAttributesMap().get(MORE);
        if (more != null) {
            int length = more.matches("\\d{1,8}") ? Integer.parseInt(more) : Integer.MAX_VALUE;
            if (length > body.size()) {
                throw new BadEventException(MORE + " is not the length of what is before the body: " + more);
            }
            try {
                headers.putAll(JSON.readValue(body.substring(0, length).toByteArray(), HEADERS));
            } catch (IOException e) {
                throw new BadEventException("the headers before the body cannot be read: " + e.getMessage());
            }
            body = body.substring(length);
        }
        return Carried.event(headers, body.toByteArray());
    }

    private PubSubMessages() {}
}
