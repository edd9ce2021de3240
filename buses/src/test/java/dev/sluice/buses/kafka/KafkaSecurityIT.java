package dev.sluice.buses.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.testing.servers.KafkaServer;
import dev.sluice.testing.servers.ServerCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that speaks only TLS, and only with those who have the password. */
@Timeout(180)
class KafkaSecurityIT {
    private static final ChannelSettings CHANNEL =
            new ChannelSettings(new ChannelId("default", "safe"), "kafka", Map.of());

    @TempDir
    Path folder;

    @Test
    void usesTheAuthorityAndThePasswordOfItsSecret() throws Exception {
        var certificate = ServerCertificate.in(folder);
        var plain = "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"broker\""
                + " password=\"broker-secret\" user_broker=\"broker-secret\" user_sluice=\"s3cret\";";
        try (var kafka = KafkaServer.start(
                folder.resolve("kafka"),
                "SASL_SSL",
                Map.of(
                        "ssl.keystore.location",
                        certificate.store().toString(),
                        "ssl.keystore.type",
                        "PKCS12",
                        "ssl.keystore.password",
                        ServerCertificate.PASSWORD,
                        "ssl.truststore.location",
                        certificate.store().toString(),
                        "ssl.truststore.type",
                        "PKCS12",
                        "ssl.truststore.password",
                        ServerCertificate.PASSWORD,
                        "sasl.enabled.mechanisms",
                        "PLAIN",
                        "sasl.mechanism.inter.broker.protocol",
                        "PLAIN",
                        "listener.name.clients.plain.sasl.jaas.config",
                        plain))) {
            var secret = new HashMap<>(Map.of(
                    "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
                    "protocol", "SASL_SSL",
                    "sasl.mechanism", "PLAIN",
                    "user", "sluice",
                    "password", "s3cret",
                    "ca.crt", Files.readString(certificate.certificate())));
            try (var bus = new KafkaBus("kafka", KafkaSettings.parse(secret))) {
                bus.addChannel(CHANNEL);
                assertThat(bus.hasChannel(CHANNEL.id())).isTrue();
            }

            secret.put("password", "wrong");
            try (var bus = new KafkaBus("kafka", KafkaSettings.parse(secret))) {
                assertThatThrownBy(() -> bus.addChannel(CHANNEL))
                        .isInstanceOf(BusException.class)
                        .hasMessageContaining("Authentication failed")
                        .hasMessageNotContaining("wrong");
                await().atMost(Duration.ofSeconds(30)).until(() -> bus.trouble().isPresent());
            }
        }
    }
}
