package dev.sluice.buses.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.testing.servers.RabbitServer;
import dev.sluice.testing.servers.ServerCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that speaks only TLS, and only with those who have the password. */
@Timeout(180)
class RabbitSecurityIT {
    private static final ChannelSettings CHANNEL =
            new ChannelSettings(new ChannelId("default", "safe"), "rabbitmq", Map.of());

    @TempDir
    Path folder;

    @Test
    void usesTheAuthorityAndThePasswordOfItsSecret() throws Exception {
        var certificate = ServerCertificate.in(folder);
        var tls = """
                listeners.tcp = none
                ssl_options.certfile = %s
                ssl_options.keyfile = %s
                ssl_options.cacertfile = %s
                ssl_options.verify = verify_none
                default_user = sluice
                default_pass = s3cret
                """.formatted(certificate.certificate(), certificate.key(), certificate.certificate());
        try (var rabbit = RabbitServer.start(folder.resolve("rabbit"), "listeners.ssl.1", tls)) {
            var secret = new HashMap<>(Map.of(
                    "host", "127.0.0.1",
                    "port", Integer.toString(rabbit.port()),
                    "username", "sluice",
                    "password", "s3cret",
                    "ca.crt", Files.readString(certificate.certificate())));
            try (var bus = new RabbitBus("rabbitmq", RabbitSettings.parse(secret))) {
                bus.addChannel(CHANNEL);
                assertThat(bus.hasChannel(CHANNEL.id())).isTrue();
            }

            secret.put("password", "wrong");
            try (var bus = new RabbitBus("rabbitmq", RabbitSettings.parse(secret))) {
                assertThatThrownBy(() -> bus.addChannel(CHANNEL))
                        .isInstanceOf(BusException.class)
                        .hasMessageContaining("ACCESS_REFUSED")
                        .hasMessageNotContaining("wrong");
            }

            secret.put("password", "s3cret");
            secret.remove("ca.crt");
            secret.put("tls", "true");
            try (var bus = new RabbitBus("rabbitmq", RabbitSettings.parse(secret))) {
                assertThatThrownBy(() -> bus.addChannel(CHANNEL)).hasMessageContaining("certification path");
            }
        }
    }
}
