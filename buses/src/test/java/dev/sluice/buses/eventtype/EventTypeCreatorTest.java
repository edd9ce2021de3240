package dev.sluice.buses.eventtype;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.ingress.ChannelNames;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers as an API server does, or does not. */
class EventTypeCreatorTest {
    private static final String KINDS = """
            {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "eventing.knative.dev/v1", "resources": [
              {"name": "brokers", "singularName": "broker", "namespaced": true, "kind": "Broker", "verbs": ["get"]}]}""";
    private static final String OWNER = """
            {"apiVersion": "eventing.knative.dev/v1", "kind": "Broker",
             "metadata": {"name": "default", "namespace": "ns", "uid": "u"}}""";
    private static final ChannelId BROKER = ChannelNames.broker("ns", "default");

    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private final AtomicLong nanos = new AtomicLong();
    private volatile int answersGet = 200;
    private volatile int answersPost = 201;
    private HttpServer server;
    private KubernetesClient client;
    private EventTypeCreator creator;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/apis/eventing.knative.dev/v1", exchange -> answer(exchange, 200, KINDS));
        server.createContext("/apis/eventing.knative.dev/v1/namespaces/", exchange -> {
            asked.add("GET");
            answer(exchange, answersGet, OWNER);
        });
        server.createContext("/apis/eventing.knative.dev/v1beta2/namespaces/", exchange -> {
            asked.add("POST");
            answer(exchange, answersPost, new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        });
        server.start();
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(io.fabric8.kubernetes.client.Config.empty())
                        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
        var enabled =
                EventingSettings.upstream().with(EventingSettings.FEATURES, Map.of("eventtype-auto-create", "enabled"));
        creator = new EventTypeCreator(client, () -> enabled, nanos::get);
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop(0);
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        var body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("content-type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private void come(String... types) {
        for (var type : types) {
            creator.accepted(BROKER, List.of(new EventMessage(Map.of(), new byte[0], type, "/s", "1")));
        }
    }

    private void comeInNumbers() {
        for (int i = 0; i < 1_000; i++) {
            come("type " + i);
        }
    }

    private void awaitAsked(int requests) {
        await().atMost(Duration.ofSeconds(30)).until(() -> asked.size() == requests);
    }

    @Test
    void makesOneOfEachTypeAndSource() {
        come("a");
        awaitAsked(2);
        come("a", "a");
        come("b");
        awaitAsked(4);
        assertThat(asked.stream().filter("POST"::equals)).hasSize(2);
    }

    @Test
    void asksLessAndLessWhileItIsRefused() {
        answersGet = 503;
        int before = 0;
        for (int seconds = 1; seconds <= 64; seconds *= 2) {
            come("a");
            awaitAsked(++before);
            await().atMost(Duration.ofSeconds(30)).until(() -> creator.isPaused(BROKER));
            comeInNumbers();
            nanos.addAndGet(Duration.ofSeconds(Math.min(seconds, 60)).toNanos() - 1);
            comeInNumbers();
            assertThat(asked).hasSize(before);
            nanos.addAndGet(1);
        }
        answersGet = 200;
        come("a");
        int whenItAnswers = before + 2;
        awaitAsked(whenItAnswers);
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            come("b"); // it has heard of the success once this one is asked for
            return asked.size() == whenItAnswers + 2;
        });
    }

    @Test
    void asksOfAChannelThatIsNotThereOnceInAWhile() {
        answersGet = 404;
        come("a");
        awaitAsked(1);
        await().atMost(Duration.ofSeconds(30)).until(() -> creator.isPaused(BROKER));
        comeInNumbers();
        assertThat(asked).hasSize(1);
    }

    @Test
    void oneThatIsInvalidDoesNotKeepOthersAway() {
        answersPost = 422;
        come("a");
        awaitAsked(2);
        await().atMost(Duration.ofSeconds(30)).until(() -> creator.isPaused(BROKER));
        answersPost = 201;
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        come("a", "b");
        awaitAsked(4);
    }

    @Test
    void passesOverWhatIsTooLongForAName() {
        come("x".repeat(EventTypeCreator.LONGEST));
        come("a");
        awaitAsked(2);
    }
}
