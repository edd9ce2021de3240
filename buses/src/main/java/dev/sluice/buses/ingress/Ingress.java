package dev.sluice.buses.ingress;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.codec.BadEventException;
import dev.sluice.buses.codec.EventReader;
import dev.sluice.buses.codec.Extensions;
import dev.sluice.buses.codec.TimeToLive;
import dev.sluice.buses.metrics.DeliveryMetrics;
import dev.sluice.buses.recent.RecentEvents;
import io.helidon.common.socket.SocketOptions;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
    /** A request of more bytes counts among the big ones, of which fewer are taken at once: each is in memory meanwhile. */
    private static final int BIG = 256 << 10;

    private static final int BIG_AT_ONCE = 16;
    private static final int THROWN_AWAY = 64 << 10;
    private static final String RETRY_AFTER = "Retry-After";

    private final Bus bus;
    private final ChannelNames names;
    private final EventReader reader = new EventReader();
    private final Semaphore slots;
    private final Semaphore bigSlots = new Semaphore(BIG_AT_ONCE);
    private final int maxEventBytes;
    private final Clock clock;
    private final DeliveryMetrics metrics;
    private final RecentEvents recent;
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
            DeliveryMetrics metrics,
            RecentEvents recent) {
        this(bus, names, host, port, maxEventBytes, clock, metrics, recent, AT_ONCE);
    }

    Ingress(
            Bus bus,
            ChannelNames names,
            String host,
            int port,
            int maxEventBytes,
            Clock clock,
            DeliveryMetrics metrics,
            RecentEvents recent,
            int atOnce) {
        this.recent = recent;
        this.bus = bus;
        this.slots = new Semaphore(atOnce);
        this.clock = clock;
        this.metrics = metrics;
        this.names = names;
        this.maxEventBytes = maxEventBytes;
        this.server = WebServer.builder()
                .host(host)
                .port(port)
                .shutdownHook(false)
                .shutdownGracePeriod(Duration.ofSeconds(5))
                .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
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
            turnAway(request, response, target.code(), target.problem());
        } else if (request.prologue().method().equals(Method.OPTIONS)) {
            response.header("Allow", "POST, OPTIONS")
                    .header("WebHook-Allowed-Origin", "*")
                    .header("WebHook-Allowed-Rate", "*")
                    .status(Status.OK_200)
                    .send();
        } else if (!request.prologue().method().equals(Method.POST)) {
            response.header("Allow", "POST, OPTIONS");
            turnAway(request, response, 405, "events are posted");
        } else if (target.channel() == null) {
            turnAway(request, response, target.code(), target.problem());
        } else {
            take(target.channel(), target.ofBroker(), request, response);
        }
        if (response.headers().contains(HeaderValues.CONNECTION_CLOSE)) {
            throw new CloseConnectionException(
                    "the rest of the body is not read"); // the header alone does not close it
        }
    }

    private void take(ChannelId channel, boolean ofBroker, ServerRequest request, ServerResponse response)
            throws InterruptedException {
        if (!slots.tryAcquire()) {
            tellToComeBack(request, response);
        } else {
            try {
                long length = request.headers().contentLength().orElse(-1);
                var content = request.content();
                if (!content.hasEntity()) {
                    publish(channel, ofBroker, request, new byte[0], response);
                } else if (length >= 0 && length <= Math.min(BIG, maxEventBytes)) {
                    publish(channel, ofBroker, request, content.as(byte[].class), response);
                } else {
                    takeStream(channel, ofBroker, request, length, response);
                }
            } catch (IOException e) {
                answer(response, 400, "the body could not be read: " + e.getMessage());
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

    /** Its sender is to see that, so a body of an event's size is read; one that waits for leave to send it gets none. */
    private void tellToComeBack(ServerRequest request, ServerResponse response) {
        response.header(RETRY_AFTER, "1");
        var why = "too many events at once";
        long length = request.headers().contentLength().orElse(-1);
        if (length <= THROWN_AWAY || length > maxEventBytes || request.headers().contains(HeaderNames.EXPECT)) {
            turnAway(request, response, 429, why);
            return;
        }
        try {
            refuse(request.content().inputStream(), 429, why, response);
        } catch (IOException e) {
            answer(response, 400, "the body could not be read: " + e.getMessage());
        }
    }

    /** @param length -1 when the sender does not say */
    private void takeStream(
            ChannelId channel, boolean ofBroker, ServerRequest request, long length, ServerResponse response)
            throws InterruptedException, BadEventException, IOException {
        var in = request.content().inputStream();
        if (length > maxEventBytes) {
            refuse(in, 413, tooLarge(), response);
            return;
        }
        var begin = length < 0 ? in.readNBytes(Math.min(BIG, maxEventBytes) + 1) : new byte[0];
        if (length < 0 && begin.length <= Math.min(BIG, maxEventBytes)) {
            publish(channel, ofBroker, request, begin, response);
            return;
        }
        if (!bigSlots.tryAcquire()) {
            response.header(RETRY_AFTER, "1");
            refuse(in, 429, "too many big events at once", response);
            return;
        }
        try {
            var rest = in.readNBytes(maxEventBytes + 1 - begin.length);
            if (begin.length + rest.length > maxEventBytes) {
                refuse(in, 413, tooLarge(), response);
                return;
            }
            var body = rest;
            if (begin.length > 0) {
                body = Arrays.copyOf(begin, begin.length + rest.length);
                System.arraycopy(rest, 0, body, begin.length, rest.length);
            }
            publish(channel, ofBroker, request, body, response);
        } finally {
            bigSlots.release();
        }
    }

    private String tooLarge() {
        return "a request has at most " + maxEventBytes + " bytes (SLUICE_EVENT_MAX_BYTES)";
    }

    /** Who still sends sees no answer when the connection is reset; so as much again is read, and thrown away. */
    private void refuse(InputStream in, int status, String text, ServerResponse response) throws IOException {
        var thrownAway = new byte[THROWN_AWAY];
        long left = 2L * maxEventBytes;
        int read = in.read(thrownAway);
        while (read >= 0 && left > 0) {
            left -= read;
            read = in.read(thrownAway);
        }
        if (read >= 0) {
            response.header(HeaderValues.CONNECTION_CLOSE);
        }
        answer(response, status, text);
    }

    /** Of one that is not for an event a small body is read, so that the connection can be used again; a longer one ends it. */
    private static void turnAway(ServerRequest request, ServerResponse response, int status, String text) {
        if (!isRead(request)) {
            response.header(HeaderValues.CONNECTION_CLOSE);
        }
        answer(response, status, text);
    }

    private static boolean isRead(ServerRequest request) {
        var content = request.content();
        if (!content.hasEntity()) {
            return true;
        }
        if (request.headers().contains(HeaderNames.EXPECT)) {
            return false; // it comes only when it is asked for
        }
        try {
            return content.inputStream().readNBytes(THROWN_AWAY + 1).length <= THROWN_AWAY;
        } catch (IOException _) {
            return false;
        }
    }

    private void publish(
            ChannelId channel, boolean ofBroker, ServerRequest request, byte[] body, ServerResponse response)
            throws InterruptedException, BadEventException {
        var events = reader.read(headers(request), body);
        if (ofBroker) {
            events = arrived(events);
        }
        var published = bus.publish(channel, events);
        answer(response, published);
        if (published instanceof Bus.Published.Accepted) {
            recent.accepted(channel.namespace(), ChannelNames.objectName(channel), events);
            listener.accepted(channel, events);
        }
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

    private static void answer(ServerResponse response, Bus.Published published) {
        switch (published) {
            case Bus.Published.Accepted() ->
                response.status(Status.ACCEPTED_202).send();
            case Bus.Published.UnknownChannel() -> answer(response, 404, "no such channel");
            case Bus.Published.Full(var what, var retryAfter) -> {
                response.header(RETRY_AFTER, Long.toString(Math.max(1, retryAfter.toSeconds())));
                answer(response, 503, what + " is full");
            }
            case Bus.Published.Refused(var why) -> answer(response, 400, why);
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
