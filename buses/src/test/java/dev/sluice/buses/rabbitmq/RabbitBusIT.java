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
import dev.sluice.buses.bus.EventMessage;
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

    /** The client takes a number for it before it finds that it cannot send it. */
    @Test
    void refusesWhatRabbitCannotCarryAndGoesOn() throws Exception {
        subscribe("one");
        var wide = new TreeMap<>(event("wide").headers());
        wide.put("content-type", "text/plain; x=" + "y".repeat(300));
        var long_ = new TreeMap<>(event("long").headers());
        long_.put("ce-more", "z".repeat(200_000));
        for (var headers : List.of(wide, long_)) {
            var event = new EventMessage(headers, new byte[0], "dev.sluice.test", "/tests", "wide");
            assertThat(bus().publish(channel, List.of(event))).isInstanceOf(Bus.Published.Refused.class);
        }

        for (var id : List.of("a", "b", "c")) {
            var accepted = CompletableFuture.supplyAsync(() -> {
                try {
                    return bus().publish(channel, List.of(event(id)));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(accepted.get(9, TimeUnit.SECONDS)).isEqualTo(new Bus.Published.Accepted());
        }
    }

    /** Made before RabbitMQ 4.0, where a queue gets a delivery limit, or by somebody else. */
    @Test
    void usesAQueueThatWasMadeWithOtherArguments() throws Exception {
        var factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(rabbit.port());
        try (var connection = factory.newConnection()) {
            connection
                    .createChannel()
                    .queueDeclare(
                            "rabbitmq.default.one." + channel.name() + "-one",
                            true,
                            false,
                            false,
                            Map.of("x-queue-type", "quorum", "x-delivery-limit", 7));
        }
        var one = subscribe("one");
        publish("a");
        assertThat(ids(drain(one).next(1))).containsExactly("a");
    }

    /** What nobody would ever get must not be accepted. */
    @Test
    void acceptsNothingWhileItsOnlyQueueIsGone() throws Exception {
        var one = subscribe("one");
        var factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(rabbit.port());
        try (var connection = factory.newConnection()) {
            connection
                    .createChannel()
                    .queueUnbind(
                            "rabbitmq." + one.namespace() + "." + one.name() + "." + one.uid(),
                            "rabbitmq.default." + channel.name(),
                            "");
        }

        assertThat(bus().publish(channel, List.of(event("lost")))).isInstanceOf(Bus.Published.Unavailable.class);
        await().atMost(Duration.ofSeconds(60)) // it is bound again
                .until(() -> bus().publish(channel, List.of(event("kept"))) instanceof Bus.Published.Accepted);
        assertThat(ids(drain(one).next(1))).containsExactly("kept");
    }

    /** The channel is closed by it, and the connection is not. */
    @Test
    void publishesAgainAfterSomebodyDeletedTheExchange() throws Exception {
        subscribe("one");
        var factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(rabbit.port());
        try (var connection = factory.newConnection()) {
            connection.createChannel().exchangeDelete("rabbitmq.default." + channel.name());
        }

        await().atMost(Duration.ofSeconds(60))
                .until(() -> bus().publish(channel, List.of(event("again"))) instanceof Bus.Published.Accepted);
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
            var feed = new RabbitFeed(queue, _ -> {}, () -> {});
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
            var feed = new RabbitFeed(queue, _ -> {}, () -> {});

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

    @Test
    void anExchangeThatCannotBeDeclaredDoesNotTakeTheBusAway() throws Exception {
        var one = subscribe("one");
        var odd = new ChannelId(channel.namespace(), channel.name() + "-odd");
        bus().addChannel(settings(odd));
        var factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(rabbit.port());
        try (var connection = factory.newConnection()) {
            var admin = connection.createChannel();
            admin.exchangeDelete("rabbitmq.default." + odd.name());
            admin.exchangeDeclare("rabbitmq.default." + odd.name(), "direct", true);
        }

        var drain = drain(one);
        publish("a");
        assertThat(ids(drain.next(1))).containsExactly("a");

        rabbit.closeConnections();

        assertThat(ids(drain.next(1))).as("it comes again").containsExactly("a");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> bus().publish(channel, List.of(event("b"))) instanceof Bus.Published.Accepted);
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
