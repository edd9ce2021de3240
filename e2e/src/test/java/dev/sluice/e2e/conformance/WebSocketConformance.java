package dev.sluice.e2e.conformance;

import static dev.sluice.e2e.conformance.ProbeImages.V1;
import static dev.sluice.e2e.conformance.ProbeImages.V2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** WebSockets pass both ways, wake what sleeps, are split per connection, are drained, and end with the revision's timeout. */
@Conformance
class WebSocketConformance {
    private static final String NAMED = "env: [{name: WS_PREFIX, value: 'yes'}]";

    @Test
    @Row("TestWebSocket")
    void echoes(World world) {
        var service = world.service("echo", "$V1").ready();
        try (var socket = Socket.open(service.url())) {
            for (var text : new String[] {"one", "two", "x".repeat(10_000)}) {
                assertThat(socket.ask(text)).isEqualTo(text);
            }
        }
    }

    @Test
    @Row("TestWebSocketViaActivator")
    void wakesWhatSleeps(World world) {
        var service = world.service("""
                metadata: {name: asleep}
                spec:
                  template:
                    metadata: {annotations: {autoscaling.knative.dev/window: 6s}}
                    spec: {containers: [{image: $V1}]}
                """).ready();
        world.sleeps(service);
        try (var socket = Socket.open(service.url())) {
            assertThat(socket.ask("awake?")).isEqualTo("awake?");
        }
    }

    @Test
    @Row("TestWebSocketGracefulShutdown")
    void letsAnOpenConnectionEndBeforeThePodDoes(World world) {
        var service = world.service("drained", "$V1").ready();
        var pod = world.thing(Kind.POD, World.nameOf(world.list(Kind.POD).getFirst()));
        try (var socket = Socket.open(service.url())) {
            assertThat(socket.ask("before")).isEqualTo("before");
            pod.delete();
            pod.until(
                    "leaving",
                    object ->
                            !object.at("/metadata/deletionTimestamp").asText("").isEmpty());
            await().pollInterval(Duration.ofMillis(100))
                    .during(Duration.ofSeconds(3)) // by far longer than a program takes to end that is told to
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> socket.ask("while leaving").equals("while leaving"));
        }
        pod.gone();
    }

    @Test
    @Row("TestWebSocketBlueGreenRoute")
    void isSplitPerConnection(World world) {
        var service = world.service("split", "$V1", NAMED).ready();
        service.merge("spec: {template: {spec: {containers: [{image: $V2, %s}]}}}".formatted(NAMED))
                .ready();
        service.merge("""
                spec: {traffic: [{revisionName: split-00001, percent: 50}, {revisionName: split-00002, percent: 50}]}
                """).ready();
        Map<String, Integer> counts = new HashMap<>();
        for (var answer : Caller.together(100, 8, () -> {
            try (var socket = Socket.open(service.url())) {
                var first = socket.ask("who");
                assertThat(socket.ask("who")).isEqualTo(first);
                return first;
            }
        })) {
            counts.merge(answer, 1, Integer::sum);
        }
        assertThat(counts).containsOnlyKeys(V1.message() + " who", V2.message() + " who");
        assertThat(counts.values()).allMatch(count -> count >= 25);
    }

    @Test
    @Row("TestWebSocketWithTimeout")
    void endsWithTheRevisionsTimeout(World world) {
        var service = world.service("""
                metadata: {name: timed}
                spec: {template: {spec: {timeoutSeconds: 10, containers: [{image: $V1}]}}}
                """).ready();
        try (var socket = Socket.open(service.url())) {
            assertThat(socket.ask("first")).isEqualTo("first");
            assertThat(socket.secondsUntilClosed()).isBetween(2.0, 13.0);
        }
    }
}
