package dev.sluice.app.grpc;

import dev.sluice.app.state.InstanceFile;
import dev.sluice.app.state.StateDir;
import dev.sluice.protos.v1.BuildsGrpc;
import dev.sluice.protos.v1.DeliveriesGrpc;
import io.grpc.CallCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The API of an instance, for programs of its owner on the same machine. */
public final class ApiClient implements AutoCloseable {
    private static final Metadata.Key<String> HEADER =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final int LARGEST_ANSWER = 64 << 20;

    private final ManagedChannel channel;
    private final CallCredentials credentials;

    private ApiClient(ManagedChannel channel, CallCredentials credentials) {
        this.channel = channel;
        this.credentials = credentials;
    }

    /**
     * Speaks to the instance with what it wrote into its state folder: where it listens, whom to trust, and a token.
     *
     * @throws IOException when there is nothing of it that can be read
     */
    public static ApiClient of(StateDir state, InstanceFile instance) throws IOException {
        var trust = TlsChannelCredentials.newBuilder()
                .trustManager(state.apiAuthority().toFile())
                .build();
        var channel = NettyChannelBuilder.forTarget(instance.api(), trust)
                .directExecutor()
                .maxInboundMessageSize(LARGEST_ANSWER)
                .build();
        return new ApiClient(
                channel, new Bearer(Files.readString(state.apiToken()).strip()));
    }

    public DeliveriesGrpc.DeliveriesBlockingStub deliveries() {
        return DeliveriesGrpc.newBlockingStub(channel).withCallCredentials(credentials);
    }

    public BuildsGrpc.BuildsBlockingStub builds() {
        return BuildsGrpc.newBlockingStub(channel).withCallCredentials(credentials);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Bearer extends CallCredentials {
        private final String token;

        Bearer(String token) {
            this.token = token;
        }

        @Override
        public void applyRequestMetadata(RequestInfo request, Executor executor, MetadataApplier applier) {
            var headers = new Metadata();
            headers.put(HEADER, "Bearer " + token);
            try {
                applier.apply(headers);
            } catch (RuntimeException e) { // gRPC's contract: the applier hears of it
                applier.fail(Status.UNAUTHENTICATED.withCause(e));
            }
        }
    }
}
