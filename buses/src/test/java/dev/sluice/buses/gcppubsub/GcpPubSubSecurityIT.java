package dev.sluice.buses.gcppubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.ChannelSettings;
import dev.sluice.testing.servers.PubSubServer;
import dev.sluice.testing.servers.ServerCertificate;
import io.grpc.TlsServerCredentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Pub/Sub that speaks only TLS, and only with those who sign as its account. */
@Timeout(180)
class GcpPubSubSecurityIT {
    private static final ChannelSettings CHANNEL =
            new ChannelSettings(new ChannelId("default", "safe"), "gcppubsub", Map.of());

    @TempDir
    Path folder;

    @Test
    void usesTheAuthorityAndTheAccountOfItsSecret() throws Exception {
        var certificate = ServerCertificate.in(folder);
        var account = ServiceAccountKey.make();
        var tls = TlsServerCredentials.create(
                certificate.certificate().toFile(), certificate.key().toFile());
        try (var pubsub = PubSubServer.start(folder.resolve("pubsub"), tls, account::signed)) {
            var secret = new HashMap<>(Map.of(
                    "endpoint", pubsub.host(),
                    "key.json", account.json(),
                    "ca.crt", Files.readString(certificate.certificate())));
            try (var bus = new GcpPubSubBus("gcppubsub", GcpPubSubSettings.parse(secret))) {
                bus.addChannel(CHANNEL);
                assertThat(bus.hasChannel(CHANNEL.id())).isTrue();
            }

            secret.put("key.json", ServiceAccountKey.make().json());
            try (var bus = new GcpPubSubBus("gcppubsub", GcpPubSubSettings.parse(secret))) {
                assertThatThrownBy(() -> bus.addChannel(CHANNEL))
                        .isInstanceOf(BusException.class)
                        .hasMessageContaining("UNAUTHENTICATED")
                        .hasMessageNotContaining("PRIVATE");
            }

            secret.put("key.json", account.json());
            secret.remove("ca.crt");
            try (var bus = new GcpPubSubBus("gcppubsub", GcpPubSubSettings.parse(secret))) {
                assertThatThrownBy(() -> bus.addChannel(CHANNEL)).hasMessageContaining("certification path");
            }
        }
    }
}
