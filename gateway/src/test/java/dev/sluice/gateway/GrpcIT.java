package dev.sluice.gateway;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sluice.model.dataplane.PodEndpoint.State;
import dev.sluice.model.dataplane.RevisionSettings;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** gRPC passes whole: every kind of call, status, trailers, deadlines, cancels, and a slow reader slows its writer. */
class GrpcIT {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);

    private final GrpcPod pod = new GrpcPod();
    private final Fixture fixture = fixture();
    private final ManagedChannel channel = Grpc.newChannelBuilderForAddress(
                    "127.0.0.1", fixture.gateway.port(), InsecureChannelCredentials.create())
            .overrideAuthority(Fixture.HOST)
            .maxInboundMessageSize(16 << 20)
            .build();

    private static Fixture fixture() {
        try {
            return new Fixture().program(settings(0, 100, Duration.ofSeconds(30)));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static RevisionSettings settings(int concurrency, int depth, Duration timeout) {
        return new RevisionSettings(concurrency, timeout, null, null, depth, new RevisionSettings.Probe.Tcp(0), true);
    }

    private GrpcIT ready() {
        fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(pod.port(), State.READY, 0)));
        return this;
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
        pod.close();
        fixture.close();
    }

    private byte[] unary(byte[] message) {
        return ClientCalls.blockingUnaryCall(
                channel, GrpcPod.UNARY, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), message);
    }

    private CompletableFuture<byte[]> hold() {
        var call = new CompletableFuture<byte[]>();
        ClientCalls.asyncUnaryCall(
                channel.newCall(GrpcPod.HOLD, CallOptions.DEFAULT), HELLO, new StreamObserver<byte[]>() {
                    @Override
                    public void onNext(byte[] value) {
                        call.complete(value);
                    }

                    @Override
                    public void onError(Throwable error) {
                        call.completeExceptionally(error);
                    }

                    @Override
                    public void onCompleted() {
                        // the message has come
                    }
                });
        return call;
    }

    private static void assertCode(Status.Code code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatExceptionOfType(StatusRuntimeException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
    }

    private void assertNothingInFlight() {
        await().until(() -> Admin.metric(fixture, "revision_request_concurrency") == 0);
    }

    @Test
    void passesAMessageEachWay() {
        assertThat(ready().unary(HELLO)).isEqualTo(HELLO);
        var head = pod.heads.remove();
        assertThat(head.get(Metadata.Key.of("x-forwarded-for", Metadata.ASCII_STRING_MARSHALLER)))
                .isEqualTo("127.0.0.1");
        assertThat(head.get(Metadata.Key.of("forwarded", Metadata.ASCII_STRING_MARSHALLER)))
                .isEqualTo("for=127.0.0.1;host=" + Fixture.HOST + ";proto=http");
        assertNothingInFlight();
    }

    @Test
    void passesMessagesOfMegabytes() {
        byte[] large = new byte[8 << 20];
        new Random(42).nextBytes(large);
        assertThat(ready().unary(large)).isEqualTo(large);
    }

    @Test
    void passesAStreamDown() {
        Iterator<byte[]> down = ClientCalls.blockingServerStreamingCall(
                ready().channel, GrpcPod.DOWN, CallOptions.DEFAULT, new byte[] {100});
        for (int i = 0; i < 100; i++) {
            assertThat(down.next()).containsExactly(i);
        }
        assertThat(down.hasNext()).isFalse();
    }

    @Test
    void passesAStreamUp() throws Exception {
        var answer = new LinkedBlockingQueue<byte[]>();
        var up = ClientCalls.asyncClientStreamingCall(
                ready().channel.newCall(GrpcPod.UP, CallOptions.DEFAULT), into(answer));
        for (int i = 0; i < 200; i++) {
            up.onNext(new byte[10_000]);
        }
        up.onCompleted();
        assertThat(answer.poll(10, TimeUnit.SECONDS)).asString().isEqualTo("2000000");
    }

    @Test
    void passesPingAndPongInTurn() throws Exception {
        var answers = new LinkedBlockingQueue<byte[]>();
        var both = ClientCalls.asyncBidiStreamingCall(
                ready().channel.newCall(GrpcPod.BOTH, CallOptions.DEFAULT), into(answers));
        for (byte i = 0; i < 50; i++) {
            both.onNext(new byte[] {i});
            assertThat(answers.poll(10, TimeUnit.SECONDS)).containsExactly(i);
        }
        both.onCompleted();
        assertNothingInFlight();
    }

    private static StreamObserver<byte[]> into(BlockingQueue<byte[]> queue) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] value) {
                queue.add(value);
            }

            @Override
            public void onError(Throwable error) {
                // the test finds nothing in the queue
            }

            @Override
            public void onCompleted() {
                // the messages have come
            }
        };
    }

    @Test
    void passesAFailureWithItsTrailers() {
        ready();
        assertThatExceptionOfType(StatusRuntimeException.class)
                .isThrownBy(() -> ClientCalls.blockingUnaryCall(channel, GrpcPod.FAIL, CallOptions.DEFAULT, HELLO))
                .satisfies(e -> {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
                    assertThat(requireNonNull(e.getTrailers()).get(GrpcPod.NOTE))
                            .isEqualTo("because");
                });
    }

    @Test
    void tellsThePodOfACancelledCall() throws Exception {
        ready();
        var call = channel.newCall(GrpcPod.HOLD, CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {}, new Metadata());
        call.sendMessage(HELLO);
        call.halfClose();
        await().until(() -> pod.held.get() == 1);
        call.cancel("enough", null);
        assertThat(pod.cancelled.await(5, TimeUnit.SECONDS)).isTrue();
        assertNothingInFlight();
    }

    @Test
    void tellsThePodWhenTheClientHasGone() throws Exception {
        ready();
        var call = hold();
        await().until(() -> pod.held.get() == 1);
        channel.shutdownNow();
        assertThat(pod.cancelled.await(5, TimeUnit.SECONDS)).isTrue();
        await().until(call::isCompletedExceptionally);
        assertNothingInFlight();
    }

    @Test
    void keepsADeadlineAtBothEnds() throws Exception {
        ready();
        unary(HELLO); // all connections are there: the deadline is for the call alone
        assertCode(
                Status.Code.DEADLINE_EXCEEDED,
                () -> ClientCalls.blockingUnaryCall(
                        channel, GrpcPod.HOLD, CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.SECONDS), HELLO));
        assertThat(pod.cancelled.await(5, TimeUnit.SECONDS)).isTrue();
        var told = requireNonNull(
                pod.heads.remove().get(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER)));
        assertThat(told).matches("[0-9]+[num]"); // what is left of 300 ms
        assertNothingInFlight();
    }

    @ParameterizedTest
    @ValueSource(strings = {"early", "late"})
    void tellsTheClientWhenThePodHasCancelled(String when) throws Exception {
        try (var cancelling = new H2cPod()) {
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(cancelling.port(), State.READY, 0)));
            var method = GrpcPod.UNARY.toBuilder()
                    .setFullMethodName("cancelled/" + when)
                    .build();
            assertCode(
                    Status.Code.CANCELLED,
                    () -> ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, HELLO));
            assertThat(cancelling.heads).hasSize(1);
            assertNothingInFlight();
        }
    }

    @Test
    void endsACallAtTheRevisionsTimeout() throws Exception {
        fixture.program(settings(
                0, 100, Duration.ofSeconds(2))); // in which a call that is the first of all has come to the pod
        ready();
        assertCode(
                Status.Code.UNAVAILABLE,
                () -> ClientCalls.blockingUnaryCall(channel, GrpcPod.HOLD, CallOptions.DEFAULT, HELLO));
        assertThat(pod.cancelled.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void holdsACallUntilThereIsAPod() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answer = threads.submit(() -> unary(new byte[60_000]));
            await().until(() -> fixture.events.wakes.contains(Fixture.REVISION));
            ready();
            assertThat(answer.get(10, TimeUnit.SECONDS)).hasSize(60_000);
        }
    }

    @Test
    void keepsTheLimitOfAPodForStreamsOfOneConnection() throws Exception {
        fixture.program(settings(2, 100, Duration.ofSeconds(30)));
        ready();
        var calls = IntStream.range(0, 12).mapToObj(_ -> hold()).toList();
        await().until(() -> Admin.metric(fixture, "revision_queue_depth") == 10 && pod.held.get() == 2);
        pod.letGo.release(12);
        for (var call : calls) {
            assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo(HELLO);
        }
        assertThat(pod.mostHeld).hasValue(2);
        assertNothingInFlight();
    }

    @Test
    void refusesWhatTheQueueCannotHold() throws Exception {
        fixture.program(settings(1, 0, Duration.ofSeconds(30)));
        ready();
        var first = hold();
        await().until(() -> pod.held.get() == 1);
        assertCode(Status.Code.UNAVAILABLE, () -> unary(HELLO));
        pod.letGo.release();
        assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(HELLO);
    }

    @Test
    void forgetsAWaitingCallThatIsCancelled() throws Exception {
        var call = channel.newCall(GrpcPod.UNARY, CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {}, new Metadata());
        call.sendMessage(HELLO);
        await().until(() -> Admin.metric(fixture, "revision_queue_depth") == 1);
        call.cancel("enough", null);
        await().until(() -> Admin.metric(fixture, "revision_queue_depth") == 0);
        ready();
        assertThat(unary(HELLO)).isEqualTo(HELLO);
        assertThat(pod.heads).hasSize(1);
    }

    @Test
    void aReaderThatStopsStopsItsWriterAndNobodyElse() throws Exception {
        ready();
        var stalled = IntStream.range(0, 20)
                .mapToObj(_ -> {
                    var call = channel.newCall(GrpcPod.FLOOD, CallOptions.DEFAULT);
                    call.start(new ClientCall.Listener<>() {}, new Metadata());
                    call.sendMessage(HELLO);
                    call.halfClose();
                    return call; // never asks for a message
                })
                .toList();
        await().until(() -> pod.flooded.get() > 0);
        for (int i = 0; i < 100; i++) {
            assertThat(unary(HELLO)).isEqualTo(HELLO);
        }
        // what the windows of client (which grow to 8 MiB), gateway and pod hold, and not the gigabytes the pods would
        // like to send
        assertThat(pod.flooded.get()).isLessThan(20 * 256);
        stalled.forEach(call -> call.cancel("enough", null));
        assertNothingInFlight();
    }

    @Test
    void survivesManyCancelsBesideOtherCalls() {
        ready();
        for (int i = 0; i < 500; i++) {
            var call = channel.newCall(GrpcPod.HOLD, CallOptions.DEFAULT);
            call.start(new ClientCall.Listener<>() {}, new Metadata());
            call.sendMessage(HELLO);
            call.halfClose();
            call.cancel("enough", null);
            if (i % 50 == 0) {
                assertThat(unary(HELLO)).isEqualTo(HELLO);
            }
        }
        assertThat(unary(HELLO)).isEqualTo(HELLO);
        assertNothingInFlight();
    }

    @Test
    void goesOnAfterThePodHasSaidGoodbye() throws Exception {
        ready();
        assertThat(unary(HELLO)).isEqualTo(HELLO);
        pod.server().shutdown();
        assertThat(pod.server().awaitTermination(5, TimeUnit.SECONDS)).isTrue();
        try (var next = new GrpcPod()) {
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(next.port(), State.READY, 0)));
            assertThat(unary(HELLO)).isEqualTo(HELLO);
        }
    }

    @Test
    void sendsACallThatWasRefusedToAnotherPod() {
        try (var next = new GrpcPod()) {
            int gone = pod.port();
            pod.close();
            await().until(pod.server()::isTerminated);
            fixture.gateway.pods(
                    Fixture.REVISION,
                    List.of(Fixture.pod(gone, State.READY, 0), Fixture.pod(next.port(), State.READY, 0)));
            for (int i = 0; i < 10; i++) {
                assertThat(unary(HELLO)).isEqualTo(HELLO);
            }
        }
    }

    @Test
    void tellsOfAnUnknownHost() {
        fixture.program(
                new dev.sluice.model.dataplane.RouteTable(fixture.next(), java.util.Map.of(), java.util.Map.of()));
        assertCode(Status.Code.UNIMPLEMENTED, () -> unary(HELLO));
    }

    @Test
    void letsCallsInFlightFinishWhenItStops() throws Exception {
        ready();
        var call = hold();
        await().until(() -> pod.held.get() == 1);
        var stop = Thread.ofVirtual().start(fixture.gateway::close);
        pod.letGo.release();
        assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo(HELLO);
        stop.join();
    }
}
