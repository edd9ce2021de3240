package dev.sluice.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.uber.m3.tally.NoopScope;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.api.workflowservice.v1.GetSystemInfoResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TemporalAccessTest {
    private final AtomicInteger late = new AtomicInteger();
    private final Server server = server();
    private final TemporalAccess temporal = new TemporalAccess("127.0.0.1:" + server.getPort(), null, new NoopScope());

    @AfterEach
    void close() {
        temporal.close();
        server.shutdownNow();
    }

    @Test
    void asksAgainWhenTheFirstAnswersAreTooLate() {
        late.set(3);

        temporal.connect(Duration.ofMinutes(1));

        assertThat(late).hasValueLessThanOrEqualTo(0);
    }

    @Test
    void saysWhoDoesNotAnswer() {
        late.set(Integer.MAX_VALUE);

        assertThatThrownBy(() -> temporal.connect(Duration.ofMillis(1)))
                .isInstanceOf(PlatformException.class)
                .hasMessageStartingWith("Temporal at 127.0.0.1:" + server.getPort() + " does not answer: ");
    }

    private Server server() {
        var health = new HealthStatusManager();
        health.setStatus(WorkflowServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
        try {
            return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .addService(health.getHealthService())
                    .addService(new WorkflowServiceGrpc.WorkflowServiceImplBase() {
                        @Override
                        public void getSystemInfo(
                                GetSystemInfoRequest request, StreamObserver<GetSystemInfoResponse> answer) {
                            if (late.getAndDecrement() > 0) {
                                answer.onError(Status.DEADLINE_EXCEEDED.asRuntimeException());
                                return;
                            }
                            answer.onNext(GetSystemInfoResponse.getDefaultInstance());
                            answer.onCompleted();
                        }
                    })
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
