package dev.sluice.e2e.conformance;

import static dev.sluice.e2e.conformance.ProbeImages.V1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.e2e.conformance.GrpcCaller.Call;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The name of its port says which protocol a container gets; gRPC passes, wakes, is spread and scales like any other. */
@Conformance
class Http2Conformance {
    private static final String GRPC = "ports: [{name: h2c, containerPort: 8080}]\nenv: [{name: GRPC, value: 'yes'}]";

    @Test
    @Row({"TestProtocols", "TestHelloHTTP2WithPortNameH2C", "TestHelloHTTP2WithEmptyPortName"})
    void givesAContainerTheProtocolThatItsPortIsNamedFor(World world) {
        var second = world.service("second", "$HTTP2", "ports: [{name: h2c, containerPort: 8080}]");
        var unnamed = world.service("unnamed", "$HTTP2");
        var first = world.service("first", "$V1", "ports: [{name: http1, containerPort: 8080}]");
        var plain = world.service("plain", "$V1");
        assertThat(second.ready().body("/")).isEqualTo("HTTP/2.0");
        assertThat(unnamed.ready().get("/").status()).isEqualTo(426);
        assertThat(first.ready().body("/protocol")).isEqualTo("HTTP/1.1");
        assertThat(plain.ready().body("/protocol")).isEqualTo("HTTP/1.1");
        assertThat(plain.body("/")).isEqualTo(V1.message());
    }

    private static Thing grpc(World world, String name, String annotations) {
        return world.service("""
                metadata: {name: %s}
                spec:
                  template:
                    metadata: {annotations: {%s}}
                    spec:
                      containers:
                      - image: $HTTP2
                        ports: [{name: h2c, containerPort: 8080}]
                        env: [{name: GRPC, value: 'yes'}]
                """.formatted(name, annotations)).ready();
    }

    private static void answers(Call call) {
        for (int i = 0; i < 5; i++) {
            assertThat(call.ask("part " + i)).endsWith(": part " + i);
        }
    }

    @Test
    @Row({
        "TestGRPCUnaryPing",
        "TestGRPCStreamingPing",
        "TestGRPCUnaryPingViaActivator",
        "TestGRPCStreamingPingViaActivator"
    })
    void answersGrpcWhetherItSleepsOrNot(World world) throws Exception {
        var service = grpc(world, "ping", "autoscaling.knative.dev/window: 6s");
        try (var caller = new GrpcCaller(service)) {
            assertThat(caller.ask("awake")).endsWith(": awake");
            try (var call = caller.stream()) {
                answers(call);
            }
            world.sleeps(service);
            try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
                var unary = threads.submit(() -> caller.ask("asleep"));
                try (var call = caller.stream()) {
                    answers(call);
                }
                assertThat(unary.get()).endsWith(": asleep");
            }
        }
    }

    @Test
    @Row("TestGRPCLoadBalancing")
    void spreadsTheCallsOfOneConnectionOverAllContainers(World world) {
        var service = grpc(
                world, "spread", "autoscaling.knative.dev/initial-scale: '3', autoscaling.knative.dev/min-scale: '3'");
        try (var caller = new GrpcCaller(service)) {
            var hosts = new TreeSet<String>();
            world.http().until(() -> {
                hosts.add(caller.host());
                return hosts.size() == 3;
            });
        }
    }

    @Test
    @Row("TestGRPCAutoscaleUpDownUp")
    void scalesWithTheCallsThatAreOpen(World world) {
        var service = grpc(
                world,
                "busy",
                "autoscaling.knative.dev/window: 6s, autoscaling.knative.dev/target: '2', autoscaling.knative.dev/max-scale: '3'");
        for (int round = 0; round < 2; round++) {
            try (var caller = new GrpcCaller(service)) {
                var calls = IntStream.range(0, 8).mapToObj(_ -> caller.stream()).toList();
                calls.forEach(Http2Conformance::answers);
                world.http().until(() -> {
                    calls.forEach(call -> call.ask("still there"));
                    return new TreeSet<>(IntStream.range(0, 8)
                                            .mapToObj(_ -> caller.host())
                                            .toList())
                                    .size()
                            >= 2;
                });
                calls.forEach(Call::close);
            }
            world.sleeps(service);
        }
    }

    @Test
    @Row("TestReadinessGRPCProbe")
    void isReadyWhenItsGrpcHealthSaysSo(World world) {
        var service = world.service("healthy", "$HTTP2", GRPC, "readinessProbe: {grpc: {port: 8080}}")
                .ready();
        try (var caller = new GrpcCaller(service)) {
            assertThat(caller.ask("ready")).endsWith(": ready");
        }
    }
}
