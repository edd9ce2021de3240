package dev.sluice.buses.gcppubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.auth.oauth2.ServiceAccountCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GcpPubSubSettingsTest {
    private static final String ACCOUNT = ServiceAccountKey.make().json();

    @Test
    void reachesTheServiceByTlsAsTheAccount() {
        var settings = GcpPubSubSettings.parse(Map.of("key.json", ACCOUNT));

        assertThat(settings.project()).isEqualTo("of-the-account");
        assertThat(settings.host()).isEqualTo("pubsub.googleapis.com");
        assertThat(settings.port()).isEqualTo(443);
        assertThat(settings.transport()).isInstanceOf(TlsChannelCredentials.class);
        assertThat(settings.credentials())
                .isInstanceOfSatisfying(
                        ServiceAccountCredentials.class,
                        account ->
                                assertThat(account.getUseJwtAccessWithScope()).isTrue());
        assertThat(settings.toString()).isEqualTo("GcpPubSubSettings[of-the-account at pubsub.googleapis.com:443]");
    }

    @Test
    void takesTheNamesOf2018AndAnotherEndpoint() {
        var settings = GcpPubSubSettings.parse(Map.of(
                "GOOGLE_CLOUD_PROJECT", "mine",
                "GOOGLE_APPLICATION_CREDENTIALS", ACCOUNT,
                "endpoint", "europe-west1-pubsub.googleapis.com:443"));

        assertThat(settings.project()).isEqualTo("mine");
        assertThat(settings.host()).isEqualTo("europe-west1-pubsub.googleapis.com");
    }

    @Test
    void givesAnEmulatorNoCredentials() {
        var settings = GcpPubSubSettings.parse(
                Map.of("GOOGLE_CLOUD_PROJECT", "mine", "PUBSUB_EMULATOR_HOST", "localhost:8085", "key.json", ACCOUNT));

        assertThat(settings.credentials()).isNull();
        assertThat(settings.transport()).isInstanceOf(InsecureChannelCredentials.class);
        assertThat(settings.port()).isEqualTo(8085);
    }

    @Test
    void saysEveryProblemAtOnceAndNoSecret() {
        assertThatThrownBy(() -> GcpPubSubSettings.parse(Map.of("endpoint", "nowhere", "ca.crt", "hush")))
                .hasMessageContaining("endpoint: nowhere is not host:port; no credentials: neither key.json nor")
                .hasMessageContaining("GOOGLE_CLOUD_PROJECT is not set, and no account tells it; ca.crt is not PEM")
                .hasMessageNotContaining("hush");
        assertThatThrownBy(() -> GcpPubSubSettings.parse(Map.of("key.json", "{\"private_key\": \"hush\"}")))
                .hasMessageContaining("the credentials are not the JSON key of a service account")
                .hasMessageNotContaining("hush");
        assertThatThrownBy(() -> GcpPubSubSettings.parse(
                        Map.of("GOOGLE_CLOUD_PROJECT", "mine", "emulatorHost", "h:1", "endpoint", "h:2")))
                .hasMessage("endpoint and emulatorHost exclude each other");
        assertThatThrownBy(() -> GcpPubSubSettings.parse(Map.of(
                        "GOOGLE_CLOUD_PROJECT",
                        "mine",
                        "GOOGLE_APPLICATION_CREDENTIALS",
                        "/var/secrets/google/key.json")))
                .hasMessageContaining("no mounted Secret of the Bus has the file /var/secrets/google/key.json");
    }

    @Test
    void takesOnlyTheKeyOfAServiceAccount() {
        var other = """
                {"type": "external_account", "audience": "a", "subject_token_type": "t", "token_url": "http://elsewhere",
                 "credential_source": {"file": "/etc/passwd"}}""";

        assertThatThrownBy(() -> GcpPubSubSettings.parse(Map.of("GOOGLE_CLOUD_PROJECT", "mine", "key.json", other)))
                .hasMessage("the credentials are not the JSON key of a service account");
    }
}
