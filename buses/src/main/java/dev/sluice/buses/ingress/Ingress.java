package dev.sluice.buses.ingress;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.codec.BadEventException;
import dev.sluice.buses.codec.EventReader;
import dev.sluice.buses.codec.Extensions;
import dev.sluice.buses.codec.TimeToLive;
import dev.sluice.buses.metrics.DeliveryMetrics;
import io.helidon.common.socket.SocketOptions;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events: {@code POST /} at the host of a channel, {@code POST /{namespace}/{broker}} at the host of the Brokers. It answers
 * 202 once the bus has the event durably (spec: Knative 2018 dispatcher; Knative Eventing, channel and broker ingress).
 */
public final class Ingress implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ingress.class);
    private static final int AT_ONCE = 4_096;
    private static final String RETRY_AFTER = "Retry-After";

    private final Bus bus;
    private final ChannelNames names;
    private final EventReader reader = new EventReader();
    private final Semaphore slots = new Semaphore(AT_ONCE);
    private final Clock clock;
    private final DeliveryMetrics metrics;
    private final WebServer server;
    private volatile Listener listener = (_, _) -> {};

    /** @param port 0 for a free one */
    public Ingress(
            Bus bus,
            ChannelNames names,
            String host,
            int port,
            int maxEventBytes,
            Clock clock,
            DeliveryMetrics metrics) {
        this.bus = bus;
        this.clock = clock;
        this.metrics = metrics;
        this.names = names;
        this.server = WebServer.builder()
                .host(host)
                .port(port)
                .shutdownHook(false)
                .shutdownGracePeriod(Duration.ofSeconds(5))
                .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
                .maxPayloadSize(maxEventBytes)
                .routing(routing -> routing.any(this::handle))
                .build();
    }

    /** Hears of events that were accepted, after their senders; it must not wait for anything. */
    @FunctionalInterface
    public interface Listener {
        void accepted(ChannelId channel, List<EventMessage> events);
    }

    /** From now on. */
    public void tell(Listener told) {
        listener = told;
    }

    public void start() {
        server.start();
    }

    public int port() {
        return server.port();
    }

    private void handle(ServerRequest request, ServerResponse response) throws InterruptedException {
        var target = Target.of(request.authority(), request.path().path(), names, bus);
        if (target.wrongPath()) {
            answer(response, target.code(), target.problem());
        } else if (request.prologue().method().equals(Method.OPTIONS)) {
            response.header("Allow", "POST, OPTIONS")
                    .header("WebHook-Allowed-Origin", "*")
                    .header("WebHook-Allowed-Rate", "*")
                    .status(Status.OK_200)
                    .send();
        } else if (!request.prologue().method().equals(Method.POST)) {
            response.header("Allow", "POST, OPTIONS");
            answer(response, 405, "events are posted");
        } else if (target.channel() == null) {
            answer(response, target.code(), target.problem());
        } else {
            take(target.channel(), target.ofBroker(), request, response);
        }
    }

    private void take(ChannelId channel, boolean ofBroker, ServerRequest request, ServerResponse response)
            throws InterruptedException {
        if (!slots.tryAcquire()) {
            response.header(RETRY_AFTER, "1");
            answer(response, 429, "too many events at once");
        } else {
            try {
                var events = reader.read(headers(request), body(request));
                if (ofBroker) {
                    events = arrived(events);
                }
                var published = bus.publish(channel, events);
                answer(response, published);
                if (published instanceof Bus.Published.Accepted) {
                    listener.accepted(channel, events);
                }
            } catch (BadEventException e) {
                answer(response, 400, String.valueOf(e.getMessage()));
            } finally {
                slots.release();
            }
        }
        metrics.answered(
                channel.namespace(),
                ofBroker ? "Broker" : "Channel",
                ChannelNames.objectName(channel),
                response.status().code());
    }

    /** What a Broker notes on an event: that it came, and how often it may still come back. */
    private List<EventMessage> arrived(List<EventMessage> events) throws BadEventException {
        var noted = new ArrayList<EventMessage>(events.size());
        for (var event : events) {
            var left = TimeToLive.atBroker(event);
            if (left.isEmpty()) {
                throw new BadEventException("event " + event.id() + " of " + event.source()
                        + " has come back to a Broker too often: do the subscriber's answers pass its own"
                        + " Trigger's filter?");
            }
            noted.add(TimeToLive.with(
                    Extensions.with(
                            event, Map.of("knativearrivaltime", clock.instant().toString())),
                    left.getAsInt()));
        }
        return noted;
    }

    private static byte[] body(ServerRequest request) {
        return request.content().hasEntity() ? request.content().as(byte[].class) : new byte[0];
    }

    private static void answer(ServerResponse response, Bus.Published published) {
        switch (published) {
            case Bus.Published.Accepted() ->
                response.status(Status.ACCEPTED_202).send();
            case Bus.Published.UnknownChannel() -> answer(response, 404, "no such channel");
            case Bus.Published.Full(var what, var retryAfter) -> {
                response.header(RETRY_AFTER, Long.toString(Math.max(1, retryAfter.toSeconds())));
                answer(response, 503, what + " is full");
            }
            case Bus.Published.Unavailable(var why) -> {
                LOG.atError().addKeyValue("cause", why).log("events cannot be stored");
                response.header(RETRY_AFTER, "5");
                answer(response, 503, "events cannot be stored at present");
            }
        }
    }

    private static void answer(ServerResponse response, int status, String text) {
        response.status(Status.create(status))
                .header(HeaderNames.CONTENT_TYPE, "text/plain")
                .send(text + "\n");
    }

    private static Map<String, String> headers(ServerRequest request) {
        var headers = new HashMap<String, String>();
        for (var header : request.headers()) {
            headers.put(header.name().toLowerCase(Locale.ROOT), String.join(",", header.allValues()));
        }
        return headers;
    }

    @Override
    public void close() {
        server.stop();
    }
}
