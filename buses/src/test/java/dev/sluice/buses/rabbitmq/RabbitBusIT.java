package dev.sluice.buses.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusContract;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.testing.servers.RabbitServer;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract against Debian's RabbitMQ. */
class RabbitBusIT extends BusContract {
    @TempDir
    static Path folder;

    private static RabbitServer rabbit;

    @BeforeAll
    static void startRabbit() {
        rabbit = RabbitServer.start(folder.resolve("rabbit"));
    }

    @AfterAll
    static void stopRabbit() {
        rabbit.close();
    }

    @Override
    protected Bus open() {
        return new RabbitBus(
                "rabbitmq", RabbitSettings.parse(Map.of("host", "127.0.0.1", "port", Integer.toString(rabbit.port()))));
    }

    @Override
    protected ChannelSettings settings(ChannelId id) {
        return new ChannelSettings(id, "rabbitmq", Map.of());
    }

    @Override
    protected int mostUnacknowledged() {
        return RabbitFeed.PREFETCH;
    }

    @Override
    protected boolean keepsPrefixOnly() {
        return false;
    }

    /** As the broker does when an event was out for longer than its limit: the connection stays. */
    @Test
    void consumesAgainWhenTheBrokerClosesTheChannelOfAConsumer() throws Exception {
        var factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(rabbit.port());
        var channels = new CopyOnWriteArrayList<Channel>();
        try (var connection = factory.newConnection()) {
            var admin = connection.createChannel();
            var queue = admin.queueDeclare("kept", true, false, false, Map.of()).getQueue();
            var feed = new RabbitFeed(queue, _ -> {});
            feed.attach((Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (_, method, arguments) -> {
                        var result = method.invoke(connection, arguments);
                        if (result instanceof Channel channel) {
                            channels.add(channel);
                        }
                        return result;
                    }));

            channels.getFirst().basicAck(12345, false); // of nothing that was given

            var event = event("after");
            admin.basicPublish("", queue, RabbitMessages.properties("stamp", event), event.body());
            var delivery = take(feed).get(30, TimeUnit.SECONDS);
            assertThat(delivery.event().id()).isEqualTo("after");
            delivery.acknowledge().get(30, TimeUnit.SECONDS);
            feed.detach();
        }
    }

    /** A quorum queue counts deliveries in a header of the message. */
    @Test
    void whatSomebodyElsePublishedIsTheSameEventWhenItComesAgain() throws Exception {
        var factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(rabbit.port());
        try (var connection = factory.newConnection()) {
            var admin = connection.createChannel();
            var queue = admin.queueDeclare("foreign", true, false, false, Map.of("x-queue-type", "quorum"))
                    .getQueue();
            var properties = new AMQP.BasicProperties.Builder()
                    .deliveryMode(2)
                    .headers(Map.of(
                            "cloudEvents:specversion", "1.0",
                            "cloudEvents:id", "1",
                            "cloudEvents:type", "t",
                            "cloudEvents:source", "/s"))
                    .build();
            for (var body : List.of("one", "another")) {
                admin.basicPublish("", queue, properties, body.getBytes(StandardCharsets.UTF_8));
            }
            var feed = new RabbitFeed(queue, _ -> {});

            var given = new ArrayList<Map<String, String>>();
            for (int times = 0; times < 3; times++) {
                feed.attach(connection);
                var stamps = new TreeMap<String, String>();
                for (int i = 0; i < 2; i++) {
                    var delivery = take(feed).get(30, TimeUnit.SECONDS);
                    assertThat(delivery.event().headers().keySet()).allMatch(name -> !name.startsWith("x-"));
                    stamps.put(new String(delivery.event().body(), StandardCharsets.UTF_8), delivery.stamp());
                }
                given.add(stamps);
                feed.detach();
            }

            assertThat(given).containsOnly(given.getFirst());
            assertThat(given.getFirst().get("one"))
                    .isNotEqualTo(given.getFirst().get("another"));
        }
    }

    @Test
    void makesAQueueAgainThatSomebodyHasDeleted() throws Exception {
        var one = subscribe("one");
        var drain = drain(one);
        publish("before");
        acknowledge(drain.next(1));
        var factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(rabbit.port());
        try (var connection = factory.newConnection()) {
            var queue = "rabbitmq." + one.namespace() + "." + one.name() + "." + one.uid();
            var admin = connection.createChannel();
            assertThat(admin.queueDeclarePassive(queue).getConsumerCount()).isEqualTo(1);
            admin.queueDelete(queue);

            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptions() // while it is not there
                    .until(() -> {
                        try (var asks = connection.createChannel()) {
                            return asks.queueDeclarePassive(queue).getConsumerCount() == 1;
                        }
                    });
            publish("after");
            assertThat(ids(drain.next(1))).containsExactly("after");
        }
    }

    private static CompletableFuture<Bus.Delivery> take(RabbitFeed feed) {
        var taken = new CompletableFuture<Bus.Delivery>();
        Thread.ofVirtual().start(() -> {
            try {
                taken.complete(feed.take());
            } catch (InterruptedException e) {
                taken.completeExceptionally(e);
            }
        });
        return taken;
    }

    @Override
    protected Server server() {
        return new Server() {
            @Override
            public void kill() {
                rabbit.kill();
            }

            @Override
            public void start() {
                rabbit.start();
            }
        };
    }
}
