package dev.sluice.buses.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The consumer of one queue without a broker. */
class RabbitFeedTest {
    private static final AMQP.BasicProperties EVENT = new AMQP.BasicProperties.Builder()
            .headers(Map.of(
                    "cloudEvents:specversion", "1.0",
                    "cloudEvents:id", "1",
                    "cloudEvents:type", "t",
                    "cloudEvents:source", "/s"))
            .build();

    private final AtomicInteger passedOver = new AtomicInteger();
    private final RabbitFeed feed = new RabbitFeed("q", _ -> {}, passedOver::incrementAndGet);

    /** A connection with one channel, by which what the test says comes. */
    private static final class Broker {
        private final AtomicBoolean open = new AtomicBoolean(true);
        private volatile @Nullable Consumer consumer;
        private long acknowledged;

        Connection connection() {
            var channel = Proxy.newProxyInstance(
                    Channel.class.getClassLoader(), new Class<?>[] {Channel.class}, (self, method, arguments) -> {
                        switch (method.getName()) {
                            case "basicConsume" -> consumer = (Consumer) arguments[2];
                            case "basicAck" -> acknowledged = (long) arguments[0];
                            case "isOpen" -> {
                                return open.get();
                            }
                            case "equals" -> {
                                return System.identityHashCode(self) == System.identityHashCode(arguments[0]);
                            }
                            default -> {}
                        }
                        return null;
                    });
            return (Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (_, method, _) -> switch (method.getName()) {
                        case "createChannel" -> channel;
                        case "isOpen" -> true;
                        default -> null;
                    });
        }

        void gives(long tag, AMQP.BasicProperties properties, String body) throws IOException {
            Objects.requireNonNull(consumer)
                    .handleDelivery(
                            "c", new Envelope(tag, false, "", ""), properties, body.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void passesOverAndCountsWhatIsNoEvent() throws Exception {
        var broker = new Broker();
        feed.attach(broker.connection());

        broker.gives(
                1,
                new AMQP.BasicProperties.Builder()
                        .contentType("application/cloudevents+json")
                        .build(),
                "null");
        broker.gives(2, EVENT, "{}");

        assertThat(passedOver).hasValue(1);
        assertThat(broker.acknowledged).isEqualTo(1);
        assertThat(feed.take().event().id()).isEqualTo("1");
    }

    @Test
    void goesOnTryingWhenItsQueueCannotBeMadeAtFirst() throws Exception {
        var broker = new Broker();
        var tries = new AtomicInteger();
        var patient = new RabbitFeed(
                "q",
                _ -> {
                    if (tries.incrementAndGet() == 1) {
                        throw new IOException("not now");
                    }
                },
                passedOver::incrementAndGet);

        patient.attachLater(broker.connection());

        await().atMost(Duration.ofSeconds(30)).until(() -> broker.consumer != null);
        assertThat(tries).hasValue(2);
        broker.gives(1, EVENT, "{}");
        assertThat(patient.take().event().id()).isEqualTo("1");
    }

    /** Of a key that is given in order, what waits from before must leave: it comes again, in front of what comes then. */
    @Test
    void whatALostConnectionGaveIsStale() throws Exception {
        var lost = new Broker();
        feed.attach(lost.connection());
        lost.gives(1, EVENT, "{}");
        var before = feed.take();
        assertThat(before.isStale()).isFalse();

        lost.open.set(false);
        assertThat(before.isStale()).isTrue();

        lost.open.set(true);
        var next = new Broker();
        feed.attach(next.connection());
        next.gives(1, EVENT, "{}");
        assertThat(before.isStale()).isTrue();
        assertThat(feed.take().isStale()).isFalse();
    }
}
