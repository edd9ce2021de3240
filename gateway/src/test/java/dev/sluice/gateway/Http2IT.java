package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.model.dataplane.PodEndpoint.State;
import dev.sluice.model.dataplane.RevisionSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Client and pod need not speak the same version of HTTP; the pod sees the one its port is named for. */
class Http2IT {
    private static final String H2 = "--http2-prior-knowledge";
    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: hello.localhost\r\nTransfer-Encoding: chunked\r\n\r\n";

    private static Fixture fixture(boolean h2c, Duration timeout) throws Exception {
        return new Fixture()
                .program(new RevisionSettings(0, timeout, null, null, 100, new RevisionSettings.Probe.Tcp(0), h2c));
    }

    private static Fixture fixture(H2cPod pod) throws Exception {
        var fixture = fixture(true, Duration.ofSeconds(30));
        fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(pod.port(), State.READY, 0)));
        return fixture;
    }

    private static Fixture fixture(RawUpstream pod) throws Exception {
        return fixture(false, Duration.ofSeconds(30)).ready(pod);
    }

    @Test
    void anHttp2ClientReachesAnHttp1Pod() throws Exception {
        try (var pod = RawUpstream.saying("hello");
                var fixture = fixture(pod)) {
            assertThat(Curl.run(fixture.gateway.port(), "/path?q=1", H2, "-H", "X-Mine: yes"))
                    .startsWith("HTTP/2 200")
                    .endsWith("\r\n\r\nhello");
            assertThat(pod.heads.remove())
                    .startsWith("GET /path?q=1 HTTP/1.1\r\n")
                    .containsIgnoringCase("\r\nhost: " + Fixture.HOST + ":" + fixture.gateway.port() + "\r\n")
                    .contains("\r\nx-mine: yes\r\n")
                    .contains("\r\nX-Forwarded-For: 127.0.0.1\r\n")
                    .contains("\r\nX-Forwarded-Proto: http\r\n")
                    .doesNotContain(":path");
        }
    }

    @Test
    void passesABodyOfUnknownLengthToAnHttp1PodInChunks(@TempDir Path folder) throws Exception {
        var file = Files.write(folder.resolve("body"), new byte[9_000]);
        try (var pod = new RawUpstream((head, in, out) -> {
                    var body = RawUpstream.readBody(head, in);
                    RawUpstream.write(out, RawUpstream.ok("got " + (body.length() > 9_000)));
                    return true;
                });
                var fixture = fixture(pod)) {
            assertThat(Curl.run(
                            fixture.gateway.port(),
                            "/",
                            H2,
                            "-X",
                            "POST",
                            "-H",
                            "Content-Length:",
                            "-T",
                            file.toString()))
                    .endsWith("got true");
            assertThat(pod.heads.remove()).containsIgnoringCase("\r\ntransfer-encoding: chunked\r\n");
        }
    }

    @Test
    void passesHeadAndTrailersOfAnHttp1Pod() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(
                            out,
                            head.startsWith("HEAD")
                                    ? "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n"
                                    : CHUNKED + "4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n");
                    return true;
                });
                var fixture = fixture(pod)) {
            assertThat(Curl.run(fixture.gateway.port(), "/", H2, "--head"))
                    .startsWith("HTTP/2 200")
                    .contains("content-length: 77");
            assertThat(Curl.run(fixture.gateway.port(), "/", H2))
                    .contains("body")
                    .contains("x-sum: 42");
        }
    }

    @Test
    void saysInHttp2ThatAHostIsUnknownOrAPodHasFailed() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> false);
                var fixture = fixture(pod)) {
            assertThat(Curl.run("http://nobody.localhost:" + fixture.gateway.port() + "/", H2))
                    .startsWith("HTTP/2 404");
            assertThat(Curl.run(fixture.gateway.port(), "/", H2)).startsWith("HTTP/2 502");
        }
    }

    @Test
    void resetsAStreamWhoseHttp1AnswerWasCut() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                    return false;
                });
                var fixture = fixture(pod)) {
            assertThat(Curl.run(fixture.gateway.port(), "/", H2))
                    .contains("HTTP/2 stream")
                    .contains("INTERNAL_ERROR");
        }
    }

    @Test
    void tellsAnHttp1PodThatTheClientHasGone() throws Exception {
        var pods = new SlowPods();
        try (var pod = new RawUpstream(pods);
                var fixture = fixture(pod)) {
            Curl.run(fixture.gateway.port(), "/", H2, "--max-time", "0.5");
            await().until(() -> pod.openConnections() == 0 || pods.now.get() == 1);
            await().until(() -> Admin.metric(fixture, "revision_request_concurrency") == 0);
            pods.goes.release();
        }
    }

    @Test
    void anHttp1ClientReachesAnHttp2Pod() throws Exception {
        try (var pod = new H2cPod();
                var fixture = fixture(pod);
                var client = fixture.client()) {
            for (int i = 0; i < 3; i++) { // on one connection
                assertThat(client.send(RawClient.get(Fixture.HOST, "/path?q=1")).head())
                        .startsWith("HTTP/1.1 200 OK\r\n")
                        .containsIgnoringCase("x-pod: h2")
                        .containsIgnoringCase("transfer-encoding: chunked");
                assertThat(client.read("5\r\ngot 0\r\n0\r\n\r\n".length())).isEqualTo("5\r\ngot 0\r\n0\r\n\r\n");
            }
            var head = pod.heads.remove();
            assertThat(head.path()).hasToString("/path?q=1");
            assertThat(head.authority()).hasToString(Fixture.HOST);
            assertThat(head.get("x-forwarded-for")).hasToString("127.0.0.1");
        }
    }

    @Test
    void passesBodiesAnswersWithoutOneAndTrailersOfAnHttp2Pod() throws Exception {
        try (var pod = new H2cPod();
                var fixture = fixture(pod);
                var client = fixture.client()) {
            assertThat(client.send("POST / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 5\r\n\r\nhello")
                            .answer())
                    .contains("got 5");
            assertThat(client.send(POST + "5\r\nhello\r\n1\r\n!\r\n0\r\nX-T: 1\r\n\r\n")
                            .answer())
                    .contains("got 6");
            assertThat(client.send(RawClient.get(Fixture.HOST, "/empty")).head())
                    .startsWith("HTTP/1.1 204 ");
            assertThat(client.send(RawClient.get(Fixture.HOST, "/trailers")).head())
                    .startsWith("HTTP/1.1 200 ");
            assertThat(client.read("4\r\nbody\r\n0\r\nx-sum: 42\r\n\r\n".length()))
                    .endsWith("x-sum: 42\r\n\r\n");
        }
    }

    @Test
    void keepsTheTimeForAnHttp2PodToo() throws Exception {
        try (var pod = new H2cPod();
                var fixture = fixture(true, Duration.ofMillis(300))) {
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(pod.port(), State.READY, 0)));
            assertThat(fixture.get("/silent")).startsWith("HTTP/1.1 504 ").endsWith("request timeout");
            assertThat(Curl.run(fixture.gateway.port(), "/silent", H2))
                    .startsWith("HTTP/2 504")
                    .endsWith("request timeout");
        }
    }

    @Test
    void sendsToAnotherPodWhatAnHttp2PodRefused() throws Exception {
        try (var gone = RawUpstream.saying("never");
                var pod = new H2cPod();
                var fixture = fixture(true, Duration.ofSeconds(30))) {
            gone.stop();
            fixture.gateway.pods(
                    Fixture.REVISION, List.of(Fixture.pod(gone, State.READY), Fixture.pod(pod.port(), State.READY, 0)));
            for (int i = 0; i < 10; i++) {
                assertThat(fixture.get("/")).startsWith("HTTP/1.1 200 ");
            }
        }
    }

    @Test
    void sendsToAnotherPodWhatCouldNotLeaveForTheOneItKnew() throws Exception {
        try (var first = new H2cPod();
                var second = new H2cPod();
                var fixture = fixture(first);
                var client = fixture.client()) {
            assertThat(client.send(RawClient.get(Fixture.HOST, "/empty")).head())
                    .startsWith("HTTP/1.1 204 ");
            first.stop();
            fixture.gateway.pods(
                    Fixture.REVISION,
                    List.of(Fixture.pod(first.port(), State.READY, 0), Fixture.pod(second.port(), State.READY, 0)));
            for (int i = 0; i < 10; i++) {
                assertThat(client.send("POST / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 5\r\n\r\nhello")
                                .answer())
                        .startsWith("HTTP/1.1 200 ")
                        .contains("got 5");
            }
        }
    }

    @Test
    void countsAClientOnceHoweverManyRequestsItHas() throws Exception {
        var pods = new SlowPods();
        try (var pod = new RawUpstream(pods);
                var fixture = fixture(pod);
                var client = new RawHttp2(fixture.gateway.port())) {
            for (int stream = 1; stream < 7; stream += 2) {
                client.get(stream, Fixture.HOST, "/");
            }
            await().until(() -> pods.now.get() == 3);
            assertThat(Admin.get(fixture, "/metrics")).contains("\nsluice_gateway_connections 1");
            pods.goes.release(3);
        }
    }

    @Test
    void asksAPodAgainThatHadNoPlaceForAStream() throws Exception {
        try (var pod = new H2cPod();
                var fixture = fixture(pod)) {
            assertThat(Curl.run(fixture.gateway.port(), "/refused", H2))
                    .startsWith("HTTP/2 200")
                    .endsWith("at last");
        }
    }

    @Test
    void passesTrailersWithoutWhatMayNotStandInOne() throws Exception {
        try (var pod = new H2cPod();
                var fixture = fixture(pod);
                var client = fixture.client()) {
            assertThat(client.send(RawClient.get(Fixture.HOST, "/odd")).answer())
                    .endsWith("0\r\nx-sum: 42\r\n\r\n");
        }
    }

    private static Fixture hasty() throws Exception {
        return new Fixture(GatewayConfig.on(List.of(Fixture.loopback()), Fixture.loopback())
                .withClientLimits(Duration.ofMillis(200), Duration.ofMillis(400), 65536, 100));
    }

    @Test
    void closesAConnectionThatAsksForNothing() throws Exception {
        try (var fixture = hasty().program(Fixture.settings(0, 10));
                var half = fixture.client();
                var whole = new RawHttp2(fixture.gateway.port())) {
            half.send("PRI * HTTP/2.0\r\n\r\n").rest();
            assertThat(whole.untilClosed()).isTrue();
        }
    }

    @Test
    void resetsAStreamWhoseClientDoesNotTakeItsAnswer() throws Exception {
        try (var pod = new H2cPod();
                var fixture = hasty().program(new RevisionSettings(
                        0, Duration.ofSeconds(1), null, null, 10, new RevisionSettings.Probe.Tcp(0), true));
                var client = RawHttp2.takingNothing(fixture.gateway.port())) {
            fixture.gateway.pods(Fixture.REVISION, List.of(Fixture.pod(pod.port(), State.READY, 0)));
            client.get(1, Fixture.HOST, "/");
            client.post(3, "nobody.localhost", "/");
            var ended = new java.util.TreeSet<Integer>();
            while (ended.size() < 2) {
                var frame = client.next();
                if (frame.type() == RawHttp2.RESET) {
                    ended.add(frame.stream());
                }
            }
            assertThat(ended).containsExactly(1, 3);
        }
    }

    @Test
    void streamsBodiesLargerThanAnyWindowAcrossVersions(@TempDir Path folder) throws Exception {
        var file = Files.write(folder.resolve("body"), new byte[24 << 20]);
        try (var h2 = new H2cPod();
                var toH2 = fixture(h2);
                var h1 = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + (24 << 20) + "\r\n\r\n");
                    for (int i = 0; i < 24; i++) {
                        out.write(new byte[1 << 20]);
                    }
                    return true;
                });
                var toH1 = fixture(h1)) {
            assertThat(Curl.run(toH2.gateway.port(), "/", "-H", "Expect:", "-T", file.toString()))
                    .endsWith("got " + (24 << 20));
            assertThat(Curl.run(toH2.gateway.port(), "/large/" + (24 << 20))).hasSizeGreaterThan(24 << 20);
            assertThat(Curl.run(toH2.gateway.port(), "/", H2, "-T", file.toString()))
                    .endsWith("got " + (24 << 20));
            assertThat(Curl.run(toH2.gateway.port(), "/large/" + (24 << 20), H2))
                    .hasSizeGreaterThan(24 << 20);
            assertThat(Curl.run(toH1.gateway.port(), "/", H2)).hasSizeGreaterThan(24 << 20);
        }
    }

    @Test
    void anHttp1PodGetsManyHttp2StreamsAtOnceWithinItsLimit() throws Exception {
        var pods = new SlowPods();
        try (var pod = new RawUpstream(pods);
                var fixture = new Fixture().program(Fixture.settings(3, 100)).ready(pod);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var url = "http://" + Fixture.HOST + ":" + fixture.gateway.port() + "/[1-10]";
            Future<String> answers = threads.submit(() -> Curl.run(url, H2, "-Z", "--parallel-immediate"));
            IntStream.range(0, 10).forEach(_ -> {
                await().until(() -> pods.now.get() > 0);
                pods.goes.release();
            });
            assertThat(answers.get().split("HTTP/2 200", -1)).hasSize(11);
            assertThat(pods.most.get()).isLessThanOrEqualTo(3);
        }
    }
}
