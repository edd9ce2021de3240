package dev.sluice.kubedev.node.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/** The node's own gRPC probe against gRPC's own server. */
class GrpcHealthIT {
    private static final int MILLIS = 20_000;

    @Test
    void saysWhatARealServerSays() throws Exception {
        var health = new HealthStatusManager();
        health.setStatus("ready.Service", ServingStatus.SERVING);
        health.setStatus("busy.Service", ServingStatus.NOT_SERVING);
        var server = server().addService(health.getHealthService()).build().start();
        try {
            assertThat(check(server, "").ok()).isTrue(); // the server as a whole
            assertThat(check(server, "ready.Service").ok()).isTrue();
            assertThat(check(server, "busy.Service"))
                    .isEqualTo(new ProbeAction.Outcome(false, "service unhealthy (responded with \"NOT_SERVING\")"));
            assertThat(check(server, "unknown.Service").ok()).isFalse();

            health.enterTerminalState();
            assertThat(check(server, "ready.Service").ok()).isFalse();
        } finally {
            server.shutdownNow().awaitTermination();
        }
    }

    @Test
    void failsWhereNobodySpeaksOfHealth() throws Exception {
        var server = server().build().start();
        try {
            assertThat(check(server, ""))
                    .isEqualTo(new ProbeAction.Outcome(
                            false, "this server does not implement the grpc health protocol for that service"));
        } finally {
            server.shutdownNow().awaitTermination();
        }
    }

    @Test
    void failsWhereNobodyListensOrAnswers() throws IOException {
        int port;
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = silent.getLocalPort();
            assertThat(GrpcHealth.check("127.0.0.1", port, "", 200).ok()).isFalse();
        }
        assertThat(GrpcHealth.check("127.0.0.1", port, "", 200).output())
                .startsWith("timeout: failed to connect service \"127.0.0.1:" + port);
    }

    private static NettyServerBuilder server() {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private static ProbeAction.Outcome check(Server server, String service) {
        return GrpcHealth.check("127.0.0.1", server.getPort(), service, MILLIS);
    }
}
