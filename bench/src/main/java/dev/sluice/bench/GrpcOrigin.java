package dev.sluice.bench;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** A pod that echoes messages over gRPC, in a JVM of its own: {@code PORT}. */
final class GrpcOrigin {
    static final MethodDescriptor<byte[], byte[]> ECHO = MethodDescriptor.newBuilder(new Bytes(), new Bytes())
            .setType(MethodType.UNARY)
            .setFullMethodName("bench.Origin/Echo")
            .build();

    private GrpcOrigin() {}

    public static void main(String[] args) throws Exception {
        Grpc.newServerBuilderForPort(Integer.parseInt(args[0]), InsecureServerCredentials.create())
                .directExecutor()
                .addService(ServerServiceDefinition.builder("bench.Origin")
                        .addMethod(ECHO, ServerCalls.asyncUnaryCall((asked, out) -> {
                            out.onNext(asked);
                            out.onCompleted();
                        }))
                        .build())
                .build()
                .start()
                .awaitTermination();
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
}
