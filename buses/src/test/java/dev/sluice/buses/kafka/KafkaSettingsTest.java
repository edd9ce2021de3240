package dev.sluice.buses.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaSettingsTest {
    private static final String CA = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----";

    @Test
    void takesTheNamesOf2018AndOfToday() {
        assertThat(KafkaSettings.parse(Map.of("KAFKA_BROKERS", "a:9092,b:9092")).bootstrapServers())
                .isEqualTo("a:9092,b:9092");
        assertThat(KafkaSettings.parse(Map.of("bootstrap.servers", "a:9092")).client())
                .isEmpty();
    }

    @Test
    void makesClientPropertiesOfASecret() {
        var settings = KafkaSettings.parse(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", "a:9093",
                "protocol", "SASL_SSL",
                "sasl.mechanism", "SCRAM-SHA-512",
                "user", "sluice",
                "password", "a\"b\\c",
                "ca.crt", CA));
        assertThat(settings.client())
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("ssl.truststore.type", "PEM")
                .containsEntry("ssl.truststore.certificates", CA)
                .containsEntry(
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"sluice\""
                                + " password=\"a\\\"b\\\\c\";");
        assertThat(settings.toString()).doesNotContain("a\"b").contains("a:9093");
    }

    @Test
    void saysEveryProblemAtOnceAndNoSecret() {
        assertThatThrownBy(() -> KafkaSettings.parse(Map.of("protocol", "SASL_SSL", "user", "u", "ca.crt", "hush")))
                .hasMessage("KAFKA_BOOTSTRAP_SERVERS is not set; password is not set, and the protocol needs one;"
                        + " ca.crt is not PEM with a CERTIFICATE");
        assertThatThrownBy(() -> KafkaSettings.parse(Map.of("KAFKA_BOOTSTRAP_SERVERS", "a", "protocol", "TLS")))
                .hasMessage("KAFKA_BOOTSTRAP_SERVERS: a is not host:port;"
                        + " protocol: TLS is none of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL");
    }
}
