package dev.sluice.testing.http2;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A gRPC service whose messages are plain text: each is answered with {@code HOST: text}. */
public final class Ping {
    public static final MethodDescriptor<String, String> UNARY = method(MethodType.UNARY, "test.Ping/Unary");
    public static final MethodDescriptor<String, String> STREAM = method(MethodType.BIDI_STREAMING, "test.Ping/Stream");

    private static final MethodDescriptor<String, String> HEALTH =
            method(MethodType.UNARY, "grpc.health.v1.Health/Check");
    /** The message {@code HealthCheckResponse{status: SERVING}}. */
    private static final String SERVING = "\b\u0001";

    static ServerServiceDefinition service(String host) {
        return ServerServiceDefinition.builder("test.Ping")
                .addMethod(UNARY, ServerCalls.asyncUnaryCall((asked, out) -> answer(host + ": " + asked, out)))
                .addMethod(STREAM, ServerCalls.asyncBidiStreamingCall(out -> new Echoing(host, out)))
                .build();
    }

    static ServerServiceDefinition health() {
        return ServerServiceDefinition.builder("grpc.health.v1.Health")
                .addMethod(HEALTH, ServerCalls.asyncUnaryCall((_, out) -> answer(SERVING, out)))
                .build();
    }

    private static void answer(String text, StreamObserver<String> out) {
        out.onNext(text);
        out.onCompleted();
    }

    private static MethodDescriptor<String, String> method(MethodType type, String name) {
        return MethodDescriptor.newBuilder(new Text(), new Text())
                .setType(type)
                .setFullMethodName(name)
                .build();
    }

    private record Echoing(String host, StreamObserver<String> out) implements StreamObserver<String> {
        @Override
        public void onNext(String text) {
            out.onNext(host + ": " + text);
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

    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Ping() {}
}
