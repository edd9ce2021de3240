package dev.sluice.buses.rabbitmq;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusContract;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.testing.servers.RabbitServer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
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
