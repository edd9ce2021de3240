package dev.sluice.e2e.conformance;

import dev.sluice.testing.http2.Ping;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A gRPC client outside of the cluster, with one connection: it dials the gateway of this machine and names the host that it wants. */
final class GrpcCaller implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 90;

    private final ManagedChannel channel;

    GrpcCaller(Thing service) {
        var uri = URI.create(service.url());
        channel = Grpc.newChannelBuilderForAddress("127.0.0.1", Caller.port(uri), InsecureChannelCredentials.create())
                .overrideAuthority(uri.getRawAuthority())
                .disableRetry()
                .build();
    }

    /** One call with one message each way. */
    String ask(String text) {
        return ClientCalls.blockingUnaryCall(channel, Ping.UNARY, options(), text);
    }

    /** The name of a pod that answers. */
    String host() {
        return ask("who").replace(": who", "");
    }

    /** A call that stays open. */
    Call stream() {
        return new Call(channel);
    }

    private static CallOptions options() {
        return CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Messages both ways, one answer to each. */
    static final class Call implements AutoCloseable {
        private static final String END = "\u0000end ";

        private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        private final StreamObserver<String> out;

        private Call(ManagedChannel channel) {
            out = ClientCalls.asyncBidiStreamingCall(channel.newCall(Ping.STREAM, options()), new StreamObserver<>() {
                @Override
                public void onNext(String answer) {
                    answers.add(answer);
                }

                @Override
                public void onError(Throwable problem) {
                    answers.add(END + problem);
                }

                @Override
                public void onCompleted() {
                    answers.add(END);
                }
            });
        }

        String ask(String text) {
            out.onNext(text);
            return next();
        }

        private String next() {
            try {
                var answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (answer == null) {
                    throw new AssertionError("no answer");
                }
                return answer;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        /** Ends the call and fails when it does not end well. */
        @Override
        public void close() {
            out.onCompleted();
            var last = next();
            if (!last.equals(END)) {
                throw new AssertionError("the call ended with " + last.replace(END, ""));
            }
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
