package dev.sluice.app.grpc;

import dev.sluice.activities.build.BuildLogs;
import dev.sluice.buses.delivery.Deliveries;
import dev.sluice.buses.recent.RecentEvents;
import dev.sluice.protos.v1.BuildsGrpc;
import dev.sluice.protos.v1.DeliveriesGrpc;
import dev.sluice.protos.v1.RolloutsGrpc;
import dev.sluice.serving.rollout.Rollouts;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.TlsServerCredentials;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509ExtendedKeyManager;

/** Serves {@code sluice.v1} over TLS, with gRPC's health and reflection, which need no token. */
public final class ApiServer implements AutoCloseable {
    private static final int GRACE_SECONDS = 2;
    private static final int LARGEST_REQUEST = 1 << 20;

    private final HealthStatusManager health = new HealthStatusManager();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("api-", 0).factory());
    private final Server server;

    /** What the services act on. */
    public record Parts(
            KubernetesClient client,
            Deliveries deliveries,
            RecentEvents recent,
            Rewind rewind,
            BuildLogs buildLogs,
            Rollouts rollouts) {}

    private ApiServer(InetSocketAddress listen, X509ExtendedKeyManager keys, Parts parts) throws IOException {
        var callers = new Callers(parts.client(), Clock.systemUTC());
        var authentication = new Authentication(callers);
        var builder = NettyServerBuilder.forAddress(
                        listen,
                        TlsServerCredentials.newBuilder().keyManager(keys).build())
                .executor(threads)
                .maxInboundMessageSize(LARGEST_REQUEST)
                .permitKeepAliveTime(10, TimeUnit.SECONDS)
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance());
        var services = List.<BindableService>of(
                new DeliveriesService(parts.deliveries(), parts.recent(), parts.rewind(), parts.client()),
                new BuildsService(parts.client(), parts.buildLogs()),
                new RolloutsService(parts.rollouts(), parts.client()));
        services.forEach(service -> builder.addService(ServerInterceptors.intercept(service, authentication)));
        server = builder.build().start();
        for (var name : List.of(
                HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
                DeliveriesGrpc.SERVICE_NAME,
                BuildsGrpc.SERVICE_NAME,
                RolloutsGrpc.SERVICE_NAME)) {
            health.setStatus(name, ServingStatus.SERVING);
        }
    }

    /**
     * Listens.
     *
     * @param listen with port 0 a free one is taken
     * @throws IOException when the address cannot be listened on
     */
    public static ApiServer start(InetSocketAddress listen, X509ExtendedKeyManager keys, Parts parts)
            throws IOException {
        return new ApiServer(listen, keys, parts);
    }

    public int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        health.enterTerminalState();
        server.shutdown();
        try {
            if (!server.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException _) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        threads.close();
    }
}
