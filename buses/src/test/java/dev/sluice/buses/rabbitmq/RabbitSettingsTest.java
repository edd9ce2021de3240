package dev.sluice.buses.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RabbitSettingsTest {
    @Test
    void takesAnAddressOrItsParts() {
        var whole = RabbitSettings.parse(Map.of("uri", "amqp://me:secret@rabbit.default:5673/tenant"));
        assertThat(whole.host()).isEqualTo("rabbit.default");
        assertThat(whole.port()).isEqualTo(5673);
        assertThat(whole.user()).isEqualTo("me");
        assertThat(whole.password()).isEqualTo("secret");
        assertThat(whole.vhost()).isEqualTo("tenant");
        assertThat(whole.toString()).isEqualTo("RabbitSettings[amqp://rabbit.default:5673]");

        var parts = RabbitSettings.parse(Map.of("host", "rabbit", "username", "me", "password", "secret"));
        assertThat(parts.port()).isEqualTo(5672);
        assertThat(parts.vhost()).isEqualTo("/");
        assertThat(parts.tls()).isNull();
    }

    @Test
    void usesTlsWhenAsked() {
        assertThat(RabbitSettings.parse(Map.of("uri", "amqps://rabbit")).port()).isEqualTo(5671);
        assertThat(RabbitSettings.parse(Map.of("host", "rabbit", "tls", "true")).tls())
                .isNotNull();
    }

    @Test
    void saysEveryProblemAtOnceAndNoSecret() {
        assertThatThrownBy(() -> RabbitSettings.parse(Map.of("port", "many", "ca.crt", "hush")))
                .hasMessageContaining("neither host nor uri is set; port: many is not a port; ca.crt is not PEM")
                .hasMessageNotContaining("hush");
        assertThatThrownBy(() -> RabbitSettings.parse(Map.of("uri", "amqp://me:sec ret@rabbit")))
                .hasMessage("uri is not amqp://user:password@host:port/vhost");
    }
}
