package dev.sluice.gateway;

import static dev.sluice.gateway.SpanReceiver.attributes;
import static dev.sluice.gateway.SpanReceiver.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.gateway.trace.Tracing;
import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.PodEndpoint.State;
import dev.sluice.model.dataplane.RevisionSettings;
import dev.sluice.model.dataplane.RouteTable;
import dev.sluice.model.dataplane.TracingSettings;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a collector gets of the requests that pass, and what their pods are told of the trace. */
class TracingIT {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";
    private static final String TRACED =
            "GET /path?secret=1 HTTP/1.1\r\nHost: hello.localhost\r\ntracestate: a=1\r\nTraceParent: 00-" + TRACE + "-"
                    + PARENT + "-01\r\nTracestate: b=2\r\n\r\n";

    private final SpanReceiver receiver = receiver();
    private final RawUpstream pod = RawUpstream.saying("hello");

    private static SpanReceiver receiver() {
        try {
            return new SpanReceiver();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() {
        pod.close();
        receiver.close();
    }

    private static Fixture gateway(String endpoint, double rate, int queue) throws IOException {
        var options = new Tracing.Options(
                new TracingSettings(endpoint, rate), "my-gateway", Map.of("Authorization", "Bearer t"), queue);
        return new Fixture(GatewayConfig.on(List.of(Fixture.loopback()), Fixture.loopback())
                .withDrainTimeout(Duration.ofSeconds(1))
                .withTracing(options));
    }

    private Fixture gateway(double rate) throws IOException {
        return gateway(receiver.endpoint(), rate, 1000);
    }

    private static String traceparent(String head) {
        return head.lines()
                .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("traceparent: "))
                .map(line -> line.substring("traceparent: ".length()))
                .reduce((a, b) -> a + " and " + b)
                .orElse("");
    }

    private static String send(Fixture fixture, String request) throws IOException {
        try (var client = fixture.client()) {
            return client.send(request).answer();
        }
    }

    @Test
    void aSampledRequestIsPartOfItsClientsTraceAndItsPodPartOfOurs() throws Exception {
        try (var fixture = gateway(0).program(Fixture.settings(0, 10)).ready(pod)) {
            assertThat(send(fixture, TRACED)).endsWith("hello");
            var server = receiver.span("GET");
            var upstream = receiver.span("activator_proxy");

            assertThat(id(server.getTraceId())).isEqualTo(TRACE);
            assertThat(id(server.getParentSpanId())).isEqualTo(PARENT);
            assertThat(server.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
            assertThat(server.getTraceState()).isEqualTo("a=1,b=2");
            assertThat(attributes(server))
                    .containsEntry("http.request.method", "GET")
                    .containsEntry("url.path", "/path")
                    .containsEntry("url.scheme", "http")
                    .containsEntry("server.address", "hello.localhost")
                    .containsEntry("client.address", "127.0.0.1")
                    .containsEntry("network.protocol.version", "1.1")
                    .containsEntry("k8s.namespace.name", "default")
                    .containsEntry("kn.revision.name", "hello-00001")
                    .containsEntry("http.response.status_code", "200");
            assertThat(upstream.getParentSpanId()).isEqualTo(server.getSpanId());
            assertThat(upstream.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
            assertThat(attributes(upstream))
                    .containsEntry("server.port", Integer.toString(pod.port()))
                    .containsEntry("http.response.status_code", "200");
            assertThat(receiver.spans.toString()).doesNotContain("secret");
            var head = pod.heads.remove();
            assertThat(traceparent(head)).isEqualTo("00-" + TRACE + "-" + id(upstream.getSpanId()) + "-01");
            assertThat(head).contains("\r\ntracestate: a=1\r\n").contains("\r\nTracestate: b=2\r\n");
            assertThat(receiver.services).containsOnly("my-gateway");
            assertThat(receiver.heads.remove()).containsEntry("Authorization", List.of("Bearer t"));
            await().until(() -> spans(fixture, "exported") == 2);
        }
    }

    @Test
    void theWaitForAPodAndEveryPodThatIsTriedHaveSpansOfTheirOwn() throws Exception {
        var gone = RawUpstream.saying("never");
        gone.stop();
        try (gone;
                var threads = Executors.newVirtualThreadPerTaskExecutor();
                var fixture = gateway(1).program(Fixture.settings(0, 10))) {
            var answer = threads.submit(() -> fixture.get("/"));
            await().until(() -> Admin.metric(fixture, "revision_queue_depth") == 1);
            fixture.ready(gone);
            await().until(() -> receiver.all("throttler_try").size() == 1);
            fixture.ready(pod);
            assertThat(answer.get()).contains("hello");

            var server = receiver.span("GET");
            assertThat(server.getParentSpanId().isEmpty()).isTrue();
            assertThat(receiver.all("throttler_try"))
                    .hasSizeGreaterThanOrEqualTo(2)
                    .allSatisfy(wait -> assertThat(wait.getParentSpanId()).isEqualTo(server.getSpanId()));
            var tried = receiver.all("activator_proxy");
            assertThat(attributes(tried.getFirst()))
                    .containsEntry("server.port", Integer.toString(gone.port()))
                    .containsEntry("error.type", "refused");
            assertThat(traceparent(pod.heads.remove()))
                    .isEqualTo("00-" + id(server.getTraceId()) + "-"
                            + id(tried.getLast().getSpanId()) + "-03"); // sampled, and its id is random
        }
    }

    @Test
    void parentsAndTheRateDecideWhatIsRecorded() throws Exception {
        try (var all = gateway(1).program(Fixture.settings(0, 10)).ready(pod);
                var none = gateway(0).program(Fixture.settings(0, 10)).ready(pod)) {
            send(all, TRACED.replace("-01\r\n", "-00\r\n"));
            assertThat(traceparent(pod.heads.remove()))
                    .startsWith("00-" + TRACE + "-")
                    .endsWith("-00");
            none.get("/");
            assertThat(traceparent(pod.heads.remove())).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-02");
            all.get("/");
            assertThat(id(receiver.span("GET").getTraceId())).isNotEqualTo(TRACE);
            assertThat(receiver.all("GET")).hasSize(1);
        }
    }

    @Test
    void aContextThatIsNoneBeginsATraceWithoutItsState() throws Exception {
        try (var fixture = gateway(1).program(Fixture.settings(0, 10)).ready(pod)) {
            for (var bad : List.of(TRACED.replace("00-4bf9", "00-zzzz"), TRACED.replace("\r\n\r\n", """
                    \r
                    traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b8-01\r
                    \r
                    """))) {
                send(fixture, bad);
                var head = pod.heads.remove();
                assertThat(traceparent(head)).hasSize(55).doesNotContain(TRACE);
                assertThat(head).doesNotContainIgnoringCase("tracestate");
            }
        }
    }

    @Test
    void withoutTracingAClientsContextPassesUntouched() throws Exception {
        try (var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod)) {
            send(fixture, TRACED);
            assertThat(pod.heads.remove())
                    .contains("\r\nTraceParent: 00-" + TRACE + "-" + PARENT + "-01\r\n")
                    .contains("\r\ntracestate: a=1\r\n");
            fixture.get("/");
            assertThat(pod.heads.remove()).doesNotContainIgnoringCase("traceparent");
        }
    }

    @Test
    void callsOverHttp2AreTracedToPodsOfEitherVersion() throws Exception {
        try (var h2c = new H2cPod();
                var fixture = gateway(0)) {
            fixture.program(h2c());
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(h2c.port(), State.READY, 0)));
            var context =
                    new String[] {"--http2-prior-knowledge", "-H", "traceparent: 00-" + TRACE + "-" + PARENT + "-01"};
            assertThat(Curl.run(fixture.gateway.port(), "/empty", context)).startsWith("HTTP/2 204");
            var server = receiver.span("GET");
            var upstream = receiver.span("activator_proxy");
            assertThat(id(server.getParentSpanId())).isEqualTo(PARENT);
            assertThat(attributes(server))
                    .containsEntry("network.protocol.version", "2")
                    .containsEntry("kn.revision.name", "hello-00001")
                    .containsEntry("http.response.status_code", "204");
            assertThat(upstream.getParentSpanId()).isEqualTo(server.getSpanId());
            assertThat(h2c.heads.remove().getAll("traceparent"))
                    .hasToString("[00-" + TRACE + "-" + id(upstream.getSpanId()) + "-01]");

            receiver.spans.clear();
            fixture.program(Fixture.settings(0, 10)).ready(pod);
            assertThat(Curl.run(fixture.gateway.port(), "/", context)).startsWith("HTTP/2 200");
            assertThat(id(receiver.span("GET").getParentSpanId())).isEqualTo(PARENT);
            assertThat(attributes(receiver.span("GET"))).containsEntry("network.protocol.version", "2");
            assertThat(traceparent(pod.heads.remove()))
                    .isEqualTo("00-" + TRACE + "-"
                            + id(receiver.span("activator_proxy").getSpanId()) + "-01");
        }
    }

    private static RevisionSettings h2c() {
        return new RevisionSettings(
                0, Duration.ofSeconds(30), null, null, 100, new RevisionSettings.Probe.Tcp(0), true);
    }

    @Test
    void saysHowItEndedWhenNotWithAnAnswer() throws Exception {
        try (var cutting = new RawUpstream((head, in, out) -> {
                    if (head.startsWith("GET /cut")) {
                        RawUpstream.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                        return false;
                    }
                    return head.startsWith("GET /silent");
                });
                var h2c = new H2cPod();
                var fixture = gateway(1).program(Fixture.settings(0, 10)).ready(cutting)) {
            fixture.get("/closed");
            assertEnding("502", 502);
            try (var client = fixture.client()) {
                assertThat(client.send(RawClient.get(Fixture.HOST, "/cut")).rest())
                        .endsWith("half");
            }
            assertEnding("cut", 200);
            try (var client = fixture.client()) {
                client.send(RawClient.get(Fixture.HOST, "/silent"));
                await().until(() -> cutting.heads.size() == 3);
            }
            assertEnding("client_gone", 0);

            fixture.program(h2c());
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(h2c.port(), State.READY, 0)));
            Curl.run(fixture.gateway.port(), "/silent", "--http2-prior-knowledge", "--max-time", "1");
            assertEnding("client_gone", 0);
        }
    }

    private void assertEnding(String error, int status) {
        var server = receiver.span("GET");
        assertThat(server.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
        assertThat(attributes(server)).containsEntry("error.type", error);
        assertThat(attributes(server).get("http.response.status_code"))
                .isEqualTo(status == 0 ? null : Integer.toString(status));
        assertThat(attributes(receiver.span("activator_proxy"))).containsEntry("error.type", error);
        receiver.spans.clear();
    }

    @Test
    void followsWhatThePlatformSays() throws Exception {
        try (var other = new SpanReceiver();
                var fixture = gateway(1).program(Fixture.settings(0, 10)).ready(pod)) {
            program(fixture, new TracingSettings(other.endpoint(), 1));
            fixture.get("/");
            other.span("GET");
            program(fixture, new TracingSettings("no endpoint", 1));
            fixture.get("/");
            await().until(() -> other.all("GET").size() == 2);
            program(fixture, TracingSettings.off());
            pod.heads.clear();
            fixture.get("/");
            assertThat(traceparent(pod.heads.remove())).isEmpty();
            assertThat(receiver.spans).isEmpty();
            program(fixture, null);
            fixture.get("/");
            receiver.span("GET");
        }
    }

    private static void program(Fixture fixture, @Nullable TracingSettings tracing) {
        var split = new HostRule.Split(new HostRule.Target.ToRevision(Fixture.REVISION), 100);
        fixture.program(new RouteTable(
                fixture.next(),
                Map.of(Fixture.HOST, new HostRule("default", "hello", List.of(split), Map.of())),
                Map.of(Fixture.REVISION, Fixture.settings(0, 10)),
                Map.of(),
                tracing));
    }

    @Test
    void aCollectorThatHangsCostsSpansAndNoRequest() throws Exception {
        try (var hanging = new SpanReceiver(false, 200);
                var fixture = gateway(hanging.endpoint(), 1, 10)
                        .program(Fixture.settings(0, 10))
                        .ready(pod)) {
            for (int i = 0; i < 50; i++) {
                assertThat(fixture.get("/")).endsWith("hello");
            }
            await().until(() -> spans(fixture, "dropped") > 0);
            hanging.open();
            await().until(() -> spans(fixture, "exported") + spans(fixture, "dropped") == 100);
        }
    }

    @Test
    void countsWhatACollectorDoesNotTake() throws Exception {
        try (var refusing = new SpanReceiver(true, 400);
                var fixture = gateway(refusing.endpoint(), 1, 10)
                        .program(Fixture.settings(0, 10))
                        .ready(pod)) {
            fixture.get("/");
            await().until(() -> spans(fixture, "failed") == 2);
        }
    }

    private static int spans(Fixture fixture, String outcome) throws IOException {
        var name = "sluice_gateway_spans_total{outcome=\"" + outcome + "\"} ";
        return Admin.get(fixture, "/metrics")
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToInt(line -> Integer.parseInt(line.substring(name.length())))
                .sum();
    }
}
