package dev.sluice.testing.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Before a server that, as Google's emulator, answers a stream until it is told that nothing more is asked. */
@Timeout(60)
class GrpcRelayTest {
    private static final MethodDescriptor<byte[], byte[]> STREAM = MethodDescriptor.newBuilder(
                    GrpcRelay.BYTES, GrpcRelay.BYTES)
            .setFullMethodName("test.Behind/Stream")
            .setType(MethodType.BIDI_STREAMING)
            .build();

    /** How calls ended behind the relay. */
    private final List<String> seen = new CopyOnWriteArrayList<>();

    private final CompletableFuture<Void> mayEnd = new CompletableFuture<>();
    private Server behind;
    private GrpcRelay relay;
    private ManagedChannel channel;

    @BeforeEach
    void startBoth() throws Exception {
        behind = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), InsecureServerCredentials.create())
                .addService(ServerServiceDefinition.builder("test.Behind")
                        .addMethod(STREAM, (call, _) -> serve(call))
                        .build())
                .build()
                .start();
        int port = ServerProcess.freePort();
        relay = new GrpcRelay(port, behind.getPort(), InsecureServerCredentials.create(), _ -> true);
        relay.start();
        channel = Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create())
                .build();
    }

    @AfterEach
    void stopBoth() throws Exception {
        mayEnd.complete(null);
        channel.shutdownNow();
        channel.awaitTermination(10, TimeUnit.SECONDS);
        relay.close();
        behind.shutdownNow();
        behind.awaitTermination(10, TimeUnit.SECONDS);
    }

    /** Answers every message with itself. */
    private ServerCall.Listener<byte[]> serve(ServerCall<byte[], byte[]> call) {
        call.sendHeaders(new Metadata());
        call.request(1);
        return new ServerCall.Listener<>() {
            @Override
            public void onMessage(byte[] message) {
                call.sendMessage(message);
                call.request(1);
            }

            @Override
            public void onHalfClose() {
                seen.add("asked for nothing more");
                var _ = mayEnd.thenRun(() -> call.close(Status.OK, new Metadata()));
            }

            @Override
            public void onCancel() {
                seen.add("cancelled");
            }

            @Override
            public void onComplete() {
                seen.add("ended");
            }
        };
    }

    /** Open, and it has been answered. */
    private ClientCall<byte[], byte[]> open() {
        var answered = new CompletableFuture<Void>();
        var call = channel.newCall(STREAM, CallOptions.DEFAULT.withWaitForReady());
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(byte[] message) {
                        answered.complete(null);
                    }
                },
                new Metadata());
        call.request(2);
        call.sendMessage(new byte[] {1});
        answered.orTimeout(30, TimeUnit.SECONDS).join();
        return call;
    }

    @Test
    void aStreamWhoseClientIsGoneEndsInOrder() {
        open().cancel("the client is gone", null);
        await().until(() -> !seen.isEmpty());
        open(); // on the same connection to the server, so a cancellation would have come before
        assertThat(seen).containsExactly("asked for nothing more");

        mayEnd.complete(null);

        await().untilAsserted(() -> assertThat(seen).containsExactly("asked for nothing more", "ended"));
    }

    @Test
    void aKillWaitsUntilItsStreamsHaveEndedInOrder() {
        open();

        var kill = CompletableFuture.runAsync(relay::kill);
        await().until(() -> !seen.isEmpty());
        assertThat(kill).isNotDone();
        mayEnd.complete(null);
        kill.orTimeout(30, TimeUnit.SECONDS).join();

        await().untilAsserted(() -> assertThat(seen).containsExactly("asked for nothing more", "ended"));
        relay.start();
        open();
    }
}
