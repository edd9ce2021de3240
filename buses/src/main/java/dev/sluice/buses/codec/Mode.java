package dev.sluice.buses.codec;

import com.fasterxml.jackson.core.JsonFactory;
import dev.sluice.buses.bus.EventMessage;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.format.EventDeserializationException;
import io.cloudevents.core.format.EventFormat;
import io.cloudevents.core.format.EventSerializationException;
import io.cloudevents.http.HttpMessageFactory;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.rw.CloudEventRWException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Turns an event of 1.0 or 0.3 into the other content mode; what has it already, or is of 0.1, stays as it is. */
public final class Mode {
    private static final JsonFormat FORMAT = new JsonFormat();
    /** For data that says it is JSON and is not. */
    private static final EventFormat AS_BYTES = FORMAT.withForceJsonDataToBase64();

    private static final JsonFactory JSON = new JsonFactory();

    /** @param format Knative's word: {@code json} for structured, {@code binary} */
    public static EventMessage as(String format, EventMessage message) {
        boolean structured = Attributes.structured(message);
        boolean wanted = format.equals("json");
        if (structured == wanted || "0.1".equals(Attributes.of(message).get("specversion"))) {
            return message;
        }
        try {
            return structured ? binary(message) : json(message);
        } catch (CloudEventRWException
                | IllegalStateException
                | EventSerializationException
                | EventDeserializationException _) {
            return message; // delivered as it came rather than not at all
        }
    }

    private static EventMessage json(EventMessage message) {
        var event = HttpMessageFactory.createReader(message.headers(), message.body())
                .toEvent();
        var headers = others(message);
        headers.put("content-type", EventReader.STRUCTURED + "; charset=UTF-8");
        var data = event.getData();
        // the format puts JSON where it belongs as it came: what is more than one value would be more than the data
        var format = data == null || isOneValue(data.toBytes()) ? FORMAT : AS_BYTES;
        return with(message, headers, format.serialize(event));
    }

    private static boolean isOneValue(byte[] data) {
        try (var tokens = JSON.createParser(StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(data))
                .toString())) {
            if (tokens.nextToken() == null) {
                return false;
            }
            tokens.skipChildren();
            return tokens.nextToken() == null;
        } catch (IOException _) {
            return false;
        }
    }

    private static EventMessage binary(EventMessage message) {
        CloudEvent event = FORMAT.deserialize(message.body());
        var headers = others(message);
        headers.put("ce-specversion", event.getSpecVersion().toString());
        for (var name : event.getAttributeNames()) {
            var value = event.getAttribute(name);
            if (value != null) {
                headers.put(
                        name.equals("datacontenttype") ? "content-type" : "ce-" + name,
                        name.equals("datacontenttype") ? value.toString() : Extensions.encoded(value.toString()));
            }
        }
        for (var name : event.getExtensionNames()) {
            headers.put("ce-" + name, Extensions.encoded(String.valueOf(event.getExtension(name))));
        }
        var data = event.getData();
        return with(message, headers, data == null ? new byte[0] : data.toBytes());
    }

    private static Map<String, String> others(EventMessage message) {
        var headers = new TreeMap<String, String>();
        message.headers().forEach((name, value) -> {
            if (!name.equals("content-type") && (!name.startsWith("ce-") || name.equals(TimeToLive.HEADER))) {
                headers.put(name, value);
            }
        });
        return headers;
    }

    private static EventMessage with(EventMessage message, Map<String, String> headers, byte[] body) {
        return new EventMessage(headers, body, message.type(), message.source(), message.id());
    }

    private Mode() {}
}
