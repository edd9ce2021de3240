package dev.sluice.gateway;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A pod that speaks gRPC: grpc-java's own server, with messages of plain bytes. */
final class GrpcPod implements AutoCloseable {
    static final Metadata.Key<String> NOTE = Metadata.Key.of("x-note", Metadata.ASCII_STRING_MARSHALLER);

    static final MethodDescriptor<byte[], byte[]> UNARY = method(MethodType.UNARY, "Unary");
    static final MethodDescriptor<byte[], byte[]> DOWN = method(MethodType.SERVER_STREAMING, "Down");
    static final MethodDescriptor<byte[], byte[]> UP = method(MethodType.CLIENT_STREAMING, "Up");
    static final MethodDescriptor<byte[], byte[]> BOTH = method(MethodType.BIDI_STREAMING, "Both");
    static final MethodDescriptor<byte[], byte[]> FAIL = method(MethodType.UNARY, "Fail");
    static final MethodDescriptor<byte[], byte[]> HOLD = method(MethodType.UNARY, "Hold");
    static final MethodDescriptor<byte[], byte[]> FLOOD = method(MethodType.SERVER_STREAMING, "Flood");

    final Queue<Metadata> heads = new ConcurrentLinkedQueue<>();
    /** Calls that wait in {@link #HOLD}. */
    final AtomicInteger held = new AtomicInteger();

    final AtomicInteger mostHeld = new AtomicInteger();
    final Semaphore letGo = new Semaphore(0);
    final CountDownLatch cancelled = new CountDownLatch(1);
    final AtomicInteger flooded = new AtomicInteger();
    private final Server server;

    GrpcPod() {
        try {
            server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                    .maxInboundMessageSize(16 << 20)
                    .executor(Executors.newVirtualThreadPerTaskExecutor())
                    .addService(ServerInterceptors.intercept(service(), this::record))
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MethodDescriptor<byte[], byte[]> method(MethodType type, String name) {
        return MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                .setType(type)
                .setFullMethodName("test.Pod/" + name)
                .build();
    }

    private ServerServiceDefinition service() {
        return ServerServiceDefinition.builder("test.Pod")
                .addMethod(UNARY, ServerCalls.asyncUnaryCall(GrpcPod::echo))
                .addMethod(DOWN, ServerCalls.asyncServerStreamingCall((asked, out) -> {
                    for (int i = 0; i < asked[0]; i++) {
                        out.onNext(new byte[] {(byte) i});
                    }
                    out.onCompleted();
                }))
                .addMethod(UP, ServerCalls.asyncClientStreamingCall(Counting::new))
                .addMethod(BOTH, ServerCalls.asyncBidiStreamingCall(Echoing::new))
                .addMethod(FAIL, ServerCalls.asyncUnaryCall((asked, out) -> {
                    var trailers = new Metadata();
                    trailers.put(NOTE, "because");
                    out.onError(Status.FAILED_PRECONDITION.withDescription("no").asRuntimeException(trailers));
                }))
                .addMethod(HOLD, ServerCalls.asyncUnaryCall(this::hold))
                .addMethod(FLOOD, ServerCalls.asyncServerStreamingCall(this::flood))
                .build();
    }

    private static void echo(byte[] asked, StreamObserver<byte[]> out) {
        out.onNext(asked);
        out.onCompleted();
    }

    private void hold(byte[] asked, StreamObserver<byte[]> out) {
        ((ServerCallStreamObserver<byte[]>) out).setOnCancelHandler(cancelled::countDown);
        mostHeld.accumulateAndGet(held.incrementAndGet(), Math::max);
        Thread.ofVirtual().start(() -> {
            letGo.acquireUninterruptibly();
            held.decrementAndGet();
            echo(asked, out);
        });
    }

    /** Sends messages of 64 KiB for as long as the connection takes them. */
    private void flood(byte[] asked, StreamObserver<byte[]> out) {
        var call = (ServerCallStreamObserver<byte[]>) out;
        byte[] message = new byte[64 * 1024];
        call.setOnCancelHandler(cancelled::countDown);
        call.setOnReadyHandler(() -> {
            while (call.isReady()) {
                call.onNext(message);
                flooded.incrementAndGet();
            }
        });
    }

    private <Q, A> ServerCall.Listener<Q> record(ServerCall<Q, A> call, Metadata head, ServerCallHandler<Q, A> next) {
        heads.add(head);
        return next.startCall(call, head);
    }

    int port() {
        return server.getPort();
    }

    Server server() {
        return server;
    }

    @Override
    public void close() {
        letGo.release(1_000);
        server.shutdownNow();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Answers with the number of bytes it got. */
    private static final class Counting implements StreamObserver<byte[]> {
        private final StreamObserver<byte[]> out;
        private int count;

        private Counting(StreamObserver<byte[]> out) {
            this.out = out;
        }

        @Override
        public void onNext(byte[] value) {
            count += value.length;
        }

        @Override
        public void onError(Throwable cancelled) {
            // nobody is left to answer
        }

        @Override
        public void onCompleted() {
            out.onNext(Integer.toString(count).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            out.onCompleted();
        }
    }

    private static final class Echoing implements StreamObserver<byte[]> {
        private final StreamObserver<byte[]> out;

        private Echoing(StreamObserver<byte[]> out) {
            this.out = out;
        }

        @Override
        public void onNext(byte[] value) {
            out.onNext(value);
        }

        @Override
        public void onError(Throwable cancelled) {
            // nobody is left to answer
        }

        @Override
        public void onCompleted() {
            out.onCompleted();
        }
    }
}
