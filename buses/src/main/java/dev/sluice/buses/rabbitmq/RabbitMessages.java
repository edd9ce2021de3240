package dev.sluice.buses.rabbitmq;

import com.rabbitmq.client.AMQP;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.codec.BadEventException;
import dev.sluice.buses.codec.Carried;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Events as messages and back: attributes in headers {@code cloudEvents:…} (spec: CloudEvents' AMQP binding), what else travels under
 * its HTTP name; the message id is the event's. Attributes without a prefix or with {@code ce-}, as others write them, are read too.
 */
final class RabbitMessages {
    static final String STAMP = "sluice-delivery-id";
    private static final String PREFIX = "cloudEvents:";
    private static final String OTHER_PREFIX = "cloudEvents_";
    private static final int PERSISTENT = 2;
    /** What the broker writes itself, and changes at a redelivery: no part of the event. */
    private static final Pattern OF_THE_BROKER =
            Pattern.compile("x-delivery-count|x-acquired-count|x-death|x-(first|last)-death-.*");

    static AMQP.BasicProperties properties(String stamp, EventMessage event) {
        var headers = new HashMap<String, Object>();
        event.headers().forEach((name, value) -> {
            if (!name.equals("content-type")) {
                headers.put(name.startsWith("ce-") ? PREFIX + name.substring(3) : name, value);
            }
        });
        headers.put(STAMP, stamp);
        return new AMQP.BasicProperties.Builder()
                .deliveryMode(PERSISTENT)
                .contentType(event.headers().get("content-type"))
                .messageId(event.id().getBytes(StandardCharsets.UTF_8).length <= 255 ? event.id() : null)
                .headers(headers)
                .build();
    }

    /** Empty for what somebody else published here. */
    static Optional<String> stamp(AMQP.BasicProperties properties) {
        return properties.getHeaders() == null
                ? Optional.empty()
                : Optional.ofNullable(properties.getHeaders().get(STAMP)).map(Object::toString);
    }

    static EventMessage event(AMQP.BasicProperties properties, byte[] body) throws BadEventException {
        var headers = new TreeMap<String, String>();
        var given = properties.getHeaders() == null ? Map.<String, Object>of() : properties.getHeaders();
        boolean bare = given.containsKey("specversion");
        given.forEach((name, value) -> {
            if (!name.equals(STAMP) && !OF_THE_BROKER.matcher(name).matches()) {
                headers.put(toHttp(name, bare), String.valueOf(value));
            }
        });
        if (properties.getContentType() != null) {
            headers.put("content-type", properties.getContentType());
        }
        return Carried.event(headers, body);
    }

    private static String toHttp(String name, boolean bare) {
        if (name.startsWith(PREFIX) || name.startsWith(OTHER_PREFIX)) {
            return "ce-" + name.substring(PREFIX.length());
        }
        return bare && !name.contains("-") ? "ce-" + name : name;
    }

    private RabbitMessages() {}
}
