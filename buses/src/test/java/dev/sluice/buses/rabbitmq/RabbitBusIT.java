package dev.sluice.buses.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.ConnectionFactory;
import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusContract;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.testing.servers.RabbitServer;
import java.nio.file.Path;
import java.util.Map;
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

    /** As it does with a consumer that keeps an event for longer than the broker's limit. */
    @Test
    void consumesAgainWhenTheBrokerEndsAConsumer() throws Exception {
        var one = subscribe("one");
        var drain = drain(one);
        publish("before");
        acknowledge(drain.next(1));
        var queue = String.join(".", "rabbitmq", "default", "one", one.uid());
        var factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(rabbit.port());
        try (var connection = factory.newConnection();
                var admin = connection.createChannel()) {
            admin.queueDelete(queue);
            admin.queueDeclare(queue, true, false, false, Map.of("x-queue-type", "quorum", "x-delivery-limit", -1));
            admin.queueBind(queue, String.join(".", "rabbitmq", channel.namespace(), channel.name()), "");
        }

        publish("after");
        assertThat(ids(drain.next(1))).containsExactly("after");
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
