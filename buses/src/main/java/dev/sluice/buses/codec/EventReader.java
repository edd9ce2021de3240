package dev.sluice.buses.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.buses.bus.EventMessage;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.format.EventDeserializationException;
import io.cloudevents.http.HttpMessageFactory;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.rw.CloudEventRWException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds the events in an HTTP message and keeps them as they came. Versions 1.0 and 0.3 are judged by the CloudEvents SDK, 0.1
 * by {@link Cloud01}; a batch becomes single structured events.
 */
public final class EventReader {
    static final String STRUCTURED = "application/cloudevents+json";
    private static final String BATCH = "application/cloudevents-batch";
    private static final List<String> FORWARDED =
            List.of("knative-", "ce-", "x-b3-", "x-ot-", "traceparent", "tracestate", "x-request-id", "retry-after");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonFormat FORMAT = new JsonFormat();

    /**
     * @param headers by lower-case name
     * @throws BadEventException when the message holds no event, or one that is not valid
     */
    public List<EventMessage> read(Map<String, String> headers, byte[] body) throws BadEventException {
        var travelling = travelling(headers);
        var type = type(headers);
        try {
            if (type.startsWith(BATCH)) {
                return batch(travelling, body);
            }
            if (isStructured(headers)) {
                return List.of(structured(travelling, type, body));
            }
            if (headers.containsKey(Cloud01.VERSION_HEADER)) {
                return List.of(Cloud01.binary(travelling, body));
            }
            if (headers.containsKey("ce-specversion")) {
                return List.of(message(
                        travelling,
                        body,
                        HttpMessageFactory.createReader(headers, body).toEvent()));
            }
        } catch (CloudEventRWException | IllegalStateException | IllegalArgumentException e) {
            throw new BadEventException("not a valid CloudEvent: " + e.getMessage());
        }
        throw new BadEventException(
                "not a CloudEvent: neither a ce-specversion header (or CE-CloudEventsVersion) nor the"
                        + " content type application/cloudevents+json or application/cloudevents-batch+json");
    }

    private static EventMessage structured(Map<String, String> headers, String contentType, byte[] body)
            throws BadEventException {
        if (!contentType.startsWith(STRUCTURED)) {
            throw new BadEventException(
                    "the event format of " + contentType + " is not supported, " + STRUCTURED + " is");
        }
        return structured(headers, json(body), body);
    }

    private static EventMessage structured(Map<String, String> headers, JsonNode json, byte[] body)
            throws BadEventException {
        return json.has("cloudEventsVersion")
                ? Cloud01.structured(headers, json, body)
                : message(headers, body, event(body));
    }

    private static CloudEvent event(byte[] body) throws BadEventException {
        try {
            var event = FORMAT.deserialize(body);
            if (event == null) {
                throw new BadEventException("not a valid CloudEvent: null");
            }
            return event;
        } catch (EventDeserializationException e) {
            var why = e.getCause() instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
            throw new BadEventException("not a valid CloudEvent: " + why);
        }
    }

    private static List<EventMessage> batch(Map<String, String> headers, byte[] body) throws BadEventException {
        var json = json(body);
        if (!json.isArray()) {
            throw new BadEventException("a batch must be a JSON array");
        }
        var single = new TreeMap<>(headers);
        single.put("content-type", STRUCTURED + "; charset=UTF-8");
        var events = new ArrayList<EventMessage>();
        for (int i = 0; i < json.size(); i++) {
            try {
                events.add(structured(single, json.get(i), JSON.writeValueAsBytes(json.get(i))));
            } catch (CloudEventRWException | JsonProcessingException | BadEventException e) {
                throw new BadEventException("event " + i + " of the batch: " + e.getMessage());
            }
        }
        return List.copyOf(events);
    }

    private static JsonNode json(byte[] body) throws BadEventException {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new BadEventException("the body is not JSON: " + firstLine(String.valueOf(e.getMessage())));
        }
    }

    private static EventMessage message(Map<String, String> headers, byte[] body, CloudEvent event) {
        return new EventMessage(
                headers, body, event.getType(), event.getSource().toString(), event.getId());
    }

    /** Knative's list of what goes on with an event, and the trace context. */
    private static Map<String, String> travelling(Map<String, String> headers) {
        var kept = new TreeMap<String, String>();
        headers.forEach((name, value) -> {
            if (travels(name)) {
                kept.put(name, value);
            }
        });
        return kept;
    }

    static boolean travels(String name) {
        return name.equals("content-type") || FORWARDED.stream().anyMatch(name::startsWith);
    }

    /** Whether attributes stand in the body, of one event or several. */
    static boolean isStructured(Map<String, String> headers) {
        return type(headers).startsWith("application/cloudevents");
    }

    private static String type(Map<String, String> headers) {
        return headers.getOrDefault("content-type", "").toLowerCase(Locale.ROOT).strip();
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }
}
