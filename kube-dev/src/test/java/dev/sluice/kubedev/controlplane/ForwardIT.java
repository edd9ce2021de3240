package dev.sluice.kubedev.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** On the second of the loopback addresses, which Linux answers like the first. */
class ForwardIT {

    private static final String OTHER = "127.0.0.2";

    private static ServerSocket server() throws IOException {
        return new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
    }

    @Test
    void relaysBothWaysAndPassesTheEndOn() throws Exception {
        try (var server = server();
                var _ = Forward.start(OTHER, server.getLocalPort());
                var client = new Socket(OTHER, server.getLocalPort());
                var accepted = server.accept()) {
            client.getOutputStream().write("question".getBytes(StandardCharsets.UTF_8));
            client.shutdownOutput();
            assertThat(new String(accepted.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("question");
            accepted.getOutputStream().write("answer".getBytes(StandardCharsets.UTF_8));
            accepted.shutdownOutput();
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("answer");
        }
    }

    @Test
    void endsTheConnectionWhenNobodyListens() throws Exception {
        int port;
        try (var server = server()) {
            port = server.getLocalPort();
        }
        try (var _ = Forward.start(OTHER, port);
                var client = new Socket(OTHER, port)) {
            assertTimeoutPreemptively(Duration.ofSeconds(2), () -> {
                try {
                    assertThat(client.getInputStream().read()).isEqualTo(-1);
                } catch (IOException e) {
                    assertThat(e).hasMessageContaining("reset");
                }
            });
        }
    }

    @Test
    void closingItEndsItsConnections() throws Exception {
        try (var server = server()) {
            var forward = Forward.start(OTHER, server.getLocalPort());
            try (var client = new Socket(OTHER, server.getLocalPort());
                    var accepted = server.accept()) {
                client.getOutputStream().write(1);
                assertThat(accepted.getInputStream().read()).isEqualTo(1);
                forward.close();
                assertTimeoutPreemptively(
                        Duration.ofSeconds(2),
                        () -> assertThat(accepted.getInputStream().read()).isEqualTo(-1));
            }
            assertThatThrownBy(() -> new Socket(OTHER, server.getLocalPort()).close())
                    .isInstanceOf(IOException.class);
        }
    }
}
