package dev.sluice.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/** An instance that says what is away has answered; one that is away itself has not. */
class ApiFailureIT {
    private static String words(int port) {
        var channel = Grpc.newChannelBuilderForAddress("127.0.0.1", port, InsecureChannelCredentials.create())
                .build();
        try {
            return ApiFailure.words(catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance())));
        } finally {
            channel.shutdownNow();
        }
    }

    private static String answered(Status status) throws IOException {
        var server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(new HealthGrpc.HealthImplBase() {
                    @Override
                    public void check(HealthCheckRequest asked, StreamObserver<HealthCheckResponse> out) {
                        out.onError(status.asRuntimeException());
                    }
                })
                .build()
                .start();
        try {
            return words(server.getPort());
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void repeatsWhatTheInstanceSays() throws Exception {
        assertThat(answered(Status.UNAVAILABLE.withDescription("bus kafka is not connected")))
                .isEqualTo("bus kafka is not connected");
        assertThat(answered(Status.NOT_FOUND.withDescription("no Build x"))).isEqualTo("no Build x");
    }

    @Test
    void saysThatNobodyAnswersOnlyWhenThatIsSo() throws Exception {
        int closed;
        Thread hangingUp;
        try (var nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = nobody.getLocalPort();
            hangingUp = Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        nobody.accept().close();
                    }
                } catch (IOException _) {
                    // the test has ended
                }
            });
            assertThat(words(closed)).startsWith("the instance does not answer: ");
        }
        hangingUp.join();
        assertThat(words(closed)).startsWith("the instance does not answer: ");
    }
}
