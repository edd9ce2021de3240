package dev.sluice.buses.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.buses.EventsRig;
import dev.sluice.buses.Sender;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.metrics.DeliveryMetrics;
import dev.sluice.buses.recent.RecentEvents;
import dev.sluice.buses.stub.StubBus;
import dev.sluice.model.delivery.DeliveryPolicy;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What senders are answered. */
class IngressIT {
    private static final int LARGEST = 10_000;

    @TempDir
    Path state;

    private final SimpleMeterRegistry numbers = new SimpleMeterRegistry();
    private StubBus bus;
    private Ingress ingress;
    private Sender sender;

    @BeforeEach
    void start() {
        bus = StubBus.open(state, new StubBus.Limits(50_000, 50_000, 0));
        bus.addChannel(EventsRig.CHANNEL);
        ingress = new Ingress(
                bus,
                new ChannelNames("cluster.local", "localhost"),
                "127.0.0.1",
                0,
                LARGEST,
                Clock.systemUTC(),
                new DeliveryMetrics(numbers, Clock.systemUTC()),
                new RecentEvents(100, Clock.systemUTC()));
        ingress.start();
        sender = new Sender(ingress.port());
    }

    @AfterEach
    void stop() {
        ingress.close();
        bus.close();
    }

    private Sender.Reply send(String method, String path) {
        return sender.send(method, path, EventsRig.HOST, Map.of(), "");
    }

    @Test
    void takesEventsAtEveryHostOfTheChannel() {
        assertThat(sender.event(EventsRig.HOST, "1").status()).isEqualTo(202);
        assertThat(sender.event("aloha-channel.default", "2").status()).isEqualTo(202);
        assertThat(sender.event("aloha-channel.default.localhost:8080", "3").status())
                .isEqualTo(202);
    }

    @Test
    void countsItsAnswersByChannelAndCode() {
        sender.event(EventsRig.HOST, "1");
        sender.event(EventsRig.HOST, "2");
        sender.send("POST", "/", EventsRig.HOST, Map.of("ce-specversion", "1.0"), "");
        sender.event("other-channel.default.svc.cluster.local", "1");

        await().untilAsserted(
                        () -> { // counted after the answer has left
                            assertThat(answers("202")).isEqualTo(2);
                            assertThat(answers("400")).isEqualTo(1);
                        });
        assertThat(numbers.find("sluice.ingress.requests").counters()).hasSize(2);
    }

    private double answers(String code) {
        return numbers
                .find("sluice.ingress.requests")
                .tags("namespace_name", "default", "kind", "Channel", "name", "aloha", "response_code", code)
                .counters()
                .stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    @Test
    void refusesOtherHostsPathsAndMethods() {
        assertThat(sender.event("other-channel.default.svc.cluster.local", "1").status())
                .isEqualTo(404);
        assertThat(sender.event("localhost", "1").status()).isEqualTo(404);
        assertThat(send("POST", "/other").status()).isEqualTo(404);
        assertThat(send("GET", "/").status()).isEqualTo(405);
        assertThat(send("PUT", "/").head()).contains("405").containsIgnoringCase("allow: POST");
    }

    @Test
    void takesAnEventWithoutData() {
        var headers = new HashMap<>(event("1.0"));
        headers.remove("content-type");
        assertThat(sender.send("POST", "/", EventsRig.HOST, headers, "").status())
                .isEqualTo(202);
        assertThat(sender.send("POST", "/", EventsRig.HOST, Map.of(), "").status())
                .isEqualTo(400);
    }

    @Test
    void answersAProbe() {
        var reply = send("OPTIONS", "/");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.head())
                .containsIgnoringCase("webhook-allowed-origin: *")
                .containsIgnoringCase("allow: POST, OPTIONS");
    }

    @Test
    void saysWhatIsWrongWithABadEvent() {
        var reply = sender.post(EventsRig.HOST, Map.of("content-type", "application/json"), "{}");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).contains("not a CloudEvent");
    }

    @Test
    void refusesWhatIsTooLarge() {
        var headers = Map.of("ce-specversion", "1.0", "ce-id", "1", "ce-type", "t", "ce-source", "/s");
        assertThat(sender.post(EventsRig.HOST, headers, "x".repeat(LARGEST)).status())
                .isEqualTo(202);
        var refused = sender.post(EventsRig.HOST, headers, "x".repeat(LARGEST + 1));
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.body()).isEqualTo("a request has at most " + LARGEST + " bytes (SLUICE_EVENT_MAX_BYTES)\n");
    }

    /** The sender does not say how much it sends. */
    @Test
    void takesAndRefusesChunksByTheSameMeasure() throws Exception {
        assertThat(chunked(LARGEST)).startsWith("HTTP/1.1 202");
        assertThat(chunked(LARGEST + 1)).startsWith("HTTP/1.1 413").endsWith("(SLUICE_EVENT_MAX_BYTES)\n");
    }

    private String chunked(int bytes) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), ingress.port())) {
            var out = socket.getOutputStream();
            out.write(("POST / HTTP/1.1\r\nHost: " + EventsRig.HOST
                            + "\r\nce-specversion: 1.0\r\nce-id: 1\r\nce-type: t\r\n"
                            + "ce-source: /s\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(bytes)
                            + "\r\n"
                            + "x".repeat(bytes) + "\r\n0\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            var answer = new StringBuilder();
            int length = 0;
            for (var line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                answer.append(line).append('\n');
                if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                    length = Integer.parseInt(line.substring(15).strip());
                }
            }
            var text = new char[length];
            int read = in.read(text);
            return answer.append(text, 0, Math.max(0, read)).toString();
        }
    }

    /** What is announced and never comes must not hold the connection, and what comes is not read to its end. */
    @Test
    void doesNotReadALongBodyThatIsForNobody() throws Exception {
        for (var request : List.of("POST /other", "PUT /", "POST /")) {
            var host = request.equals("POST /") ? "nobody" : EventsRig.HOST;
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), ingress.port())) {
                socket.setSoTimeout(30_000);
                socket.getOutputStream()
                        .write((request + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 100000000\r\n\r\n"
                                        + "x".repeat((64 << 10) + 1))
                                .getBytes(StandardCharsets.ISO_8859_1));
                var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
                assertThat(answer).startsWith("HTTP/1.1 40").containsIgnoringCase("connection: close");
            }
        }
    }

    @Test
    void asksToComeBackWhenTheBusIsFull() {
        bus.putSubscription(new SubscriptionSettings(
                "one", "default", "one", EventsRig.CHANNEL, URI.create("http://one/"), null, DeliveryPolicy.DEFAULT));
        int taken = 0;
        var reply = sender.event(EventsRig.HOST, "x");
        while (reply.status() == 202) {
            taken++;
            reply = sender.event(EventsRig.HOST, "x");
        }
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.head()).containsIgnoringCase("retry-after: 1");
        assertThat(taken).isBetween(10, 1_000);
        assertThat(bus.pending("one")).isEqualTo(taken);
    }

    /** A connection that is closed with a body half read would be reset, and the sender could not tell why. */
    @Test
    void whoSendsABigEventHearsThatThereAreTooManyAtOnce() {
        var metrics = new DeliveryMetrics(numbers, Clock.systemUTC());
        var names = new ChannelNames("cluster.local", "localhost");
        try (var busy = new Ingress(
                bus,
                names,
                "127.0.0.1",
                0,
                8 << 20,
                Clock.systemUTC(),
                metrics,
                new RecentEvents(100, Clock.systemUTC()),
                0)) {
            busy.start();
            for (int bytes : new int[] {10, 8 << 20}) {
                var reply = new Sender(busy.port()).event(EventsRig.HOST, "1", "x".repeat(bytes));
                assertThat(reply.status()).isEqualTo(429);
                assertThat(reply.head())
                        .containsIgnoringCase("retry-after: 1")
                        .doesNotContainIgnoringCase("connection: close");
            }
        }
    }

    private static final String BROKERS = "broker-ingress.knative-eventing.svc.cluster.local";

    private static Map<String, String> event(String version, String... more) {
        var headers = new HashMap<>(Map.of("ce-specversion", version, "ce-id", "1", "ce-type", "t", "ce-source", "/s"));
        for (int i = 0; i < more.length; i += 2) {
            headers.put(more[i], more[i + 1]);
        }
        return headers;
    }

    private Sender.Reply broker(String path, Map<String, String> headers, String body) {
        return sender.send("POST", path, BROKERS, headers, body);
    }

    @Test
    void takesEventsForABrokerAtItsPath() {
        bus.addChannel(ChannelNames.broker("ns", "default"));

        assertThat(broker("/ns/default", event("1.0"), "x").status()).isEqualTo(202);
        assertThat(broker("/ns/default", event("0.3"), "x").status()).isEqualTo(202);
        assertThat(broker("/ns/default", event("19.0"), "x").status()).isEqualTo(400);
        assertThat(broker("/ns/other", event("1.0"), "x").status()).isEqualTo(404);
        assertThat(broker("/", event("1.0"), "x").status()).isEqualTo(404);
        assertThat(broker("/ns", event("1.0"), "x").status()).isEqualTo(400);
        assertThat(broker("/ns/default/more", event("1.0"), "x").status()).isEqualTo(400);
        assertThat(sender.send("GET", "/ns/default", BROKERS, Map.of(), "").status())
                .isEqualTo(405);
        assertThat(sender.send("OPTIONS", "/ns/default", BROKERS, Map.of(), "").status())
                .isEqualTo(200);
        for (var missing : List.of("ce-id", "ce-type", "ce-source")) {
            var headers = event("1.0");
            headers.remove(missing);
            assertThat(broker("/ns/default", headers, "x").status()).as(missing).isEqualTo(400);
        }
    }

    @Test
    void notesArrivalAndHowOftenAnEventMayComeBackToItsBroker() throws InterruptedException {
        var channel = ChannelNames.broker("ns", "default");
        bus.addChannel(channel);
        bus.putSubscription(new SubscriptionSettings(
                "t", "ns", "t", channel, URI.create("http://t/"), null, DeliveryPolicy.DEFAULT));
        var structured = Map.of("content-type", "application/cloudevents+json");
        var json = "{\"specversion\":\"1.0\",\"id\":\"2\",\"type\":\"t\",\"source\":\"/s\",\"data\":{\"n\":1.50}}";

        broker("/ns/default", event("1.0"), "x");
        broker("/ns/default", event("1.0", "ce-knativebrokerttl", "7"), "x");
        broker("/ns/default", structured, json);
        assertThat(broker("/ns/default", event("1.0", "ce-knativebrokerttl", "1"), "x")
                        .body())
                .contains("too often");

        var feed = bus.feed("t");
        assertThat(feed.take().event().headers())
                .containsEntry("ce-knativebrokerttl", "255")
                .containsKey("ce-knativearrivaltime");
        assertThat(feed.take().event().headers()).containsEntry("ce-knativebrokerttl", "6");
        var third = feed.take().event();
        assertThat(third.headers()).containsEntry("ce-knativebrokerttl", "255");
        assertThat(new String(third.body(), StandardCharsets.UTF_8))
                .contains("\"n\":1.50", "knativearrivaltime")
                .doesNotContain("brokerttl");
    }
}
