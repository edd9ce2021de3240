package dev.sluice.testing.servers;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.HandlerRegistry;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Every gRPC call to it goes on to a server of this machine. A call whose client is gone ends there in order. It can be killed and
 * started again while the server behind it stays, and asks for TLS and tokens where that server does not.
 */
final class GrpcRelay implements AutoCloseable {
    private static final int LARGEST = 32 << 20;

    static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try (stream) {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final int port;
    private final ServerCredentials transport;
    private final Predicate<String> allowed;
    private final ManagedChannel behind;
    private @Nullable Server server;
    private volatile Predicate<String> denied = _ -> false;
    private volatile Consumer<String> answering = _ -> {};
    /** The relay since it was started, and every call behind it that has not ended. */
    private Phaser running = new Phaser(1);

    /** @param allowed judges the header {@code authorization}, empty when there is none */
    GrpcRelay(int port, int behind, ServerCredentials transport, Predicate<String> allowed) {
        this.port = port;
        this.transport = transport;
        this.allowed = allowed;
        this.behind = Grpc.newChannelBuilder("127.0.0.1:" + behind, InsecureChannelCredentials.create())
                .maxInboundMessageSize(LARGEST)
                .build();
    }

    /** From now on calls of these methods are refused, as to an account without the permission. */
    void deny(Predicate<String> methods) {
        denied = methods;
    }

    /** From now on it is told of the method before the end of each answer goes on to the client. */
    void beforeAnswers(Consumer<String> told) {
        answering = told;
    }

    void start() {
        try {
            behind.resetConnectBackoff();
            running = new Phaser(1);
            server = NettyServerBuilder.forAddress(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), transport)
                    .maxInboundMessageSize(LARGEST)
                    .fallbackHandlerRegistry(new Everything(running))
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connections end, and new ones are refused; when it returns, every call behind the relay has ended. */
    void kill() {
        var killed = server;
        server = null;
        if (killed != null) {
            killed.shutdownNow();
            await(killed::awaitTermination);
            var calls = running;
            int phase = calls.arriveAndDeregister();
            await((time, unit) -> {
                calls.awaitAdvanceInterruptibly(phase, time, unit);
                return true;
            });
        }
    }

    private interface Waiting {
        boolean await(long time, TimeUnit unit) throws InterruptedException, TimeoutException;
    }

    private static void await(Waiting end) {
        try {
            if (!end.await(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the relay did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("calls behind the relay did not end", e);
        }
    }

    @Override
    public void close() {
        kill();
        behind.shutdownNow();
        await(behind::awaitTermination);
    }

    private final class Everything extends HandlerRegistry {
        private final Phaser calls;

        Everything(Phaser calls) {
            this.calls = calls;
        }

        @Override
        public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
            var method = MethodDescriptor.newBuilder(BYTES, BYTES)
                    .setFullMethodName(name)
                    .setType(MethodDescriptor.MethodType.UNKNOWN)
                    .build();
            return ServerMethodDefinition.create(method, new Relayed(method, calls));
        }
    }

    private final class Relayed implements ServerCallHandler<byte[], byte[]> {
        private final MethodDescriptor<byte[], byte[]> method;
        private final Phaser calls;

        Relayed(MethodDescriptor<byte[], byte[]> method, Phaser calls) {
            this.method = method;
            this.calls = calls;
        }

        @Override
        public ServerCall.Listener<byte[]> startCall(ServerCall<byte[], byte[]> near, Metadata headers) {
            var token = headers.get(AUTHORIZATION);
            if (!allowed.test(token == null ? "" : token)) {
                near.close(Status.UNAUTHENTICATED.withDescription("no valid token"), new Metadata());
                return new ServerCall.Listener<>() {};
            }
            if (denied.test(method.getFullMethodName())) {
                near.close(Status.PERMISSION_DENIED.withDescription("User not authorized"), new Metadata());
                return new ServerCall.Listener<>() {};
            }
            if (calls.register() < 0) {
                near.close(Status.UNAVAILABLE.withDescription("killed"), new Metadata());
                return new ServerCall.Listener<>() {};
            }
            var far = farCall();
            far.start(
                    new Answers(near, far, calls, () -> answering.accept(method.getFullMethodName())), new Metadata());
            far.request(1);
            near.request(1);
            return new Questions(near, far);
        }

        /** Outside of the near call's context: the end of that would cancel it, and a cancelled stream the emulator keeps. */
        private ClientCall<byte[], byte[]> farCall() {
            var near = Context.ROOT.attach();
            try {
                return behind.newCall(method, CallOptions.DEFAULT);
            } finally {
                Context.ROOT.detach(near);
            }
        }
    }

    private static final class Questions extends ServerCall.Listener<byte[]> {
        private final ServerCall<byte[], byte[]> near;
        private final ClientCall<byte[], byte[]> far;
        private final AtomicBoolean closed = new AtomicBoolean();

        Questions(ServerCall<byte[], byte[]> near, ClientCall<byte[], byte[]> far) {
            this.near = near;
            this.far = far;
        }

        @Override
        public void onMessage(byte[] message) {
            far.sendMessage(message);
            near.request(1);
        }

        @Override
        public void onHalfClose() {
            if (closed.compareAndSet(false, true)) {
                far.halfClose();
            }
        }

        @Override
        public void onCancel() {
            onHalfClose();
        }
    }

    private static final class Answers extends ClientCall.Listener<byte[]> {
        private final ServerCall<byte[], byte[]> near;
        private final ClientCall<byte[], byte[]> far;
        private final Phaser calls;
        private final Runnable ending;
        private boolean answered;

        Answers(ServerCall<byte[], byte[]> near, ClientCall<byte[], byte[]> far, Phaser calls, Runnable ending) {
            this.ending = ending;
            this.near = near;
            this.far = far;
            this.calls = calls;
        }

        @Override
        public void onHeaders(Metadata headers) {
            answered = true;
            near.sendHeaders(new Metadata());
        }

        @Override
        public void onMessage(byte[] message) {
            if (!near.isCancelled()) {
                near.sendMessage(message);
            }
            far.request(1);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            calls.arriveAndDeregister();
            ending.run();
            if (!near.isCancelled()) {
                near.close(answered || !status.isOk() ? status : Status.INTERNAL, new Metadata());
            }
        }
    }
}
