package dev.sluice.bench;

import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/** Unary gRPC of 128 bytes each way: an origin asked directly and through the gateway, in turns within one run. */
final class GrpcBench {
    private static final int CONNECTIONS = 8;
    private static final int CALLS_AT_ONCE = 8;
    private static final Duration LENGTH = Duration.ofSeconds(4);
    private static final int WARM_UP = 3;
    private static final int ROUNDS = 5;
    private static final byte[] MESSAGE = new byte[128];

    private record Measured(double callsPerSecond, double cpuMicros) {}

    private GrpcBench() {}

    public static void main(String[] args) throws Exception {
        var folder = Files.createTempDirectory("sluice-bench");
        try (var programs = new Programs(folder)) {
            int origin = Programs.freePort();
            int gateway = Programs.freePort();
            var servers = new LinkedHashMap<Integer, Process>();
            servers.put(origin, programs.start("origin", origin, java(GrpcOrigin.class, origin)));
            servers.put(gateway, programs.start("gateway", gateway, gateway(gateway, origin)));
            var results = new LinkedHashMap<Integer, List<Measured>>();
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                for (var server : servers.entrySet()) {
                    var measured = round(server.getKey(), server.getValue());
                    if (round >= 0) {
                        results.computeIfAbsent(server.getKey(), _ -> new ArrayList<>())
                                .add(measured);
                    }
                }
            }
            print(results, origin, gateway);
        }
    }

    private static List<String> java(Class<?> main, Object... arguments) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        for (var argument : arguments) {
            command.add(argument.toString());
        }
        return command;
    }

    private static List<String> gateway(int port, int origin) {
        var command = new ArrayList<>(java(GatewayUnderTest.class, port, origin, 0, "h2c"));
        command.addAll(
                1, List.of("-XX:+UseParallelGC", "-Dio.netty.leakDetection.level=disabled")); // as the launcher does
        return command;
    }

    private static Measured round(int port, Process server) throws InterruptedException {
        var before = Programs.cpu(server);
        var done = new LongAdder();
        var failed = new LongAdder();
        var stop = new AtomicBoolean();
        var callers = new Phaser(1);
        var channels = new ArrayList<ManagedChannel>();
        for (int i = 0; i < CONNECTIONS; i++) {
            var channel = Grpc.newChannelBuilderForAddress("127.0.0.1", port, InsecureChannelCredentials.create())
                    .directExecutor()
                    .build();
            channels.add(channel);
            for (int k = 0; k < CALLS_AT_ONCE; k++) {
                callers.register();
                new Caller(channel, done, failed, stop, callers).call();
            }
        }
        Thread.sleep(LENGTH);
        stop.set(true);
        long calls = done.sum();
        callers.arriveAndAwaitAdvance();
        channels.forEach(ManagedChannel::shutdownNow);
        if (failed.sum() > 0) {
            throw new IllegalStateException(failed.sum() + " calls failed");
        }
        var used = Programs.cpu(server).minus(before);
        return new Measured((double) calls / LENGTH.toSeconds(), used.toNanos() / 1000.0 / calls);
    }

    /** Calls again as soon as it is answered. */
    private record Caller(ManagedChannel channel, LongAdder done, LongAdder failed, AtomicBoolean stop, Phaser callers)
            implements StreamObserver<byte[]> {
        void call() {
            ClientCalls.asyncUnaryCall(channel.newCall(GrpcOrigin.ECHO, CallOptions.DEFAULT), MESSAGE, this);
        }

        @Override
        public void onNext(byte[] value) {
            done.increment();
        }

        @Override
        public void onError(Throwable error) {
            failed.increment();
            callers.arriveAndDeregister();
        }

        @Override
        public void onCompleted() {
            if (stop.get()) {
                callers.arriveAndDeregister();
            } else {
                call();
            }
        }
    }

    private static void print(Map<Integer, List<Measured>> results, int origin, int gateway) {
        System.out.printf(
                Locale.ROOT,
                "Unary gRPC, %d connections with %d calls at once each, medians of %d rounds of %d s%n%n",
                CONNECTIONS,
                CALLS_AT_ONCE,
                ROUNDS,
                LENGTH.toSeconds());
        System.out.println("|  | calls/s | CPU µs per call |");
        System.out.println("| --- | --- | --- |");
        results.forEach((port, rounds) -> System.out.printf(
                Locale.ROOT,
                "| %s | %.0f | %.1f |%n",
                port == origin ? "direct (CPU of the origin)" : "sluice (CPU of the gateway)",
                median(rounds.stream().mapToDouble(Measured::callsPerSecond).toArray()),
                median(rounds.stream().mapToDouble(Measured::cpuMicros).toArray())));
        System.out.printf(
                Locale.ROOT,
                "%nsluice against direct: %.2f%n",
                median(results.getOrDefault(gateway, List.of()).stream()
                                .mapToDouble(Measured::callsPerSecond)
                                .toArray())
                        / median(results.getOrDefault(origin, List.of()).stream()
                                .mapToDouble(Measured::callsPerSecond)
                                .toArray()));
    }

    private static double median(double[] values) {
        java.util.Arrays.sort(values);
        return values[values.length / 2];
    }
}
