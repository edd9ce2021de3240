package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** One request, one answer: what passes, what ends at this hop, what is said when it cannot be done. */
@SuppressWarnings("StringConcatToTextBlock") // the lines end with CRLF
class ProxyIT {
    @Test
    void passesARequestAndItsAnswerOverKeptConnections() throws Exception {
        try (var pod = RawUpstream.saying("hello");
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var client = fixture.client()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(RawClient.get(Fixture.HOST, "/a?b=c")).answer())
                        .isEqualTo(RawUpstream.ok("hello"));
            }
            assertThat(pod.heads).hasSize(3).allMatch(head -> head.startsWith("GET /a?b=c HTTP/1.1\r\n"));
            assertThat(pod.connections).hasValue(1);
        }
    }

    @Test
    void tellsThePodWhoAskedAndKeepsHopByHopFieldsToItself() throws Exception {
        try (var pod = RawUpstream.saying("x");
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var client = fixture.client()) {
            client.send("GET / HTTP/1.1\r\nHost: HELLO.localhost:8080\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n"
                            + "Keep-Alive: 5\r\nTE: trailers\r\nX-End: 2\r\nKnative-Serving-Revision: other\r\n"
                            + "X-Forwarded-For: 10.0.0.1\r\nK-Proxy-Request: activator\r\n\r\n")
                    .answer();
            assertThat(pod.heads.element())
                    .contains("Host: HELLO.localhost:8080\r\n")
                    .contains("X-End: 2\r\n")
                    .contains("TE: trailers\r\n")
                    .contains("X-Forwarded-For: 10.0.0.1, 127.0.0.1\r\n")
                    .contains("X-Forwarded-Proto: http\r\n")
                    .contains("X-Forwarded-Host: HELLO.localhost:8080\r\n")
                    .contains("Forwarded: for=10.0.0.1;host=\"HELLO.localhost:8080\";proto=http, for=127.0.0.1\r\n")
                    .doesNotContain("X-Hop", "Keep-Alive", "Connection", "Knative-Serving", "K-Proxy");
        }
    }

    @Test
    void knowsNoOtherHost() throws Exception {
        try (var fixture = new Fixture().program(Fixture.settings(0, 10));
                var client = fixture.client()) {
            assertThat(client.send(RawClient.get("other.localhost", "/")).answer())
                    .startsWith("HTTP/1.1 404 ");
            assertThat(client.send(RawClient.get("x.hello.localhost", "/")).answer())
                    .startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    void passesPostBodiesOfBothFramings() throws Exception {
        var bodies = new java.util.concurrent.ConcurrentLinkedQueue<String>();
        try (var pod = new RawUpstream((head, in, out) -> {
                    bodies.add(RawUpstream.readBody(head, in));
                    RawUpstream.write(out, RawUpstream.ok("got"));
                    return true;
                });
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var client = fixture.client()) {
            client.send("POST / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 5\r\n\r\nhello")
                    .answer();
            client.send("POST / HTTP/1.1\r\nHost: hello.localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send("5;x=y\r\nhel");
            client.send("lo\r\n0\r\nX-Trailer: t\r\n\r\n").answer();
            client.send("POST / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 4\r\n\r\n");
            client.send("last").answer();
            assertThat(bodies).containsExactly("hello", "5;x=y\r\nhello\r\n0\r\nX-Trailer: t\r\n\r\n", "last");
            assertThat(pod.connections).hasValue(1);
        }
    }

    @Test
    void passesChunkedAnswersWithTrailers() throws Exception {
        var chunks = "4\r\nwiki\r\n0\r\nX-Sum: 1\r\n\r\n";
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(
                            out, "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
                    return true;
                });
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var client = fixture.client()) {
            for (int i = 0; i < 2; i++) {
                assertThat(client.send(RawClient.get(Fixture.HOST, "/")).answer())
                        .contains("Trailer: X-Sum\r\n", "Transfer-Encoding: chunked\r\n")
                        .endsWith("\r\n\r\n" + chunks);
            }
        }
    }

    @Test
    void takesChunksOutForAnHttp10Client() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(
                            out,
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\n5\r\npedia\r\n0\r\n\r\n");
                    return true;
                });
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var client = fixture.client()) {
            assertThat(client.send("GET / HTTP/1.0\r\nHost: hello.localhost\r\n\r\n")
                            .rest())
                    .isEqualTo("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nwikipedia");
        }
    }

    @Test
    void takesTheHostOfAnAbsoluteTarget() throws Exception {
        try (var pod = RawUpstream.saying("x");
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var client = fixture.client()) {
            client.send("GET http://hello.localhost:99/a?b HTTP/1.1\r\nHost: other\r\n\r\n")
                    .answer();
            client.send("GET http://hello.localhost?b HTTP/1.1\r\nHost: other\r\n\r\n")
                    .answer();
            assertThat(pod.heads.poll()).startsWith("GET /a?b HTTP/1.1\r\nHost: hello.localhost:99\r\n");
            assertThat(pod.heads.poll())
                    .startsWith("GET /?b HTTP/1.1\r\nHost: hello.localhost\r\n")
                    .doesNotContain("other");
        }
    }

    @Test
    void aWebSocketHoldsItsPlaceUntilItEnds() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(
                            out,
                            head.contains("Upgrade")
                                    ? "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"
                                    : RawUpstream.ok("x"));
                    return !head.contains("Upgrade") || in.read() >= 0;
                });
                var fixture = new Fixture().program(Fixture.settings(1, 0)).ready(pod)) {
            try (var client = fixture.client()) {
                client.send("GET / HTTP/1.1\r\nHost: hello.localhost\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
                assertThat(client.head()).startsWith("HTTP/1.1 101 ");
                assertThat(fixture.get("/")).startsWith("HTTP/1.1 503 ");
            }
            Awaitility.await().until(() -> fixture.get("/").startsWith("HTTP/1.1 200 "));
        }
    }

    @Test
    void doesNotOfferHttp2ThatItCannotSwitchTo() throws Exception {
        try (var pod = RawUpstream.saying("x");
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var client = fixture.client()) {
            client.send("GET / HTTP/1.1\r\nHost: hello.localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                            + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
                    .answer();
            assertThat(pod.heads.element()).doesNotContain("h2c", "HTTP2", "Connection");
        }
    }

    @Test
    void endsAnswersWithoutLengthByClosing() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(out, "HTTP/1.0 200 OK\r\n\r\nold");
                    return false;
                });
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var client = fixture.client()) {
            assertThat(client.send(RawClient.get(Fixture.HOST, "/")).rest())
                    .isEqualTo("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nold");
        }
    }

    @Test
    void answersToHeadAndWithoutContentHaveNoBody() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(
                            out,
                            head.startsWith("HEAD")
                                    ? "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
                                    : head.startsWith("GET /304")
                                            ? "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"
                                            : "HTTP/1.1 204 No Content\r\n\r\n");
                    return true;
                });
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var client = fixture.client()) {
            assertThat(client.send("HEAD / HTTP/1.1\r\nHost: hello.localhost\r\n\r\n")
                            .head())
                    .contains("Content-Length: 100");
            assertThat(client.send(RawClient.get(Fixture.HOST, "/304")).head()).startsWith("HTTP/1.1 304");
            assertThat(client.send(RawClient.get(Fixture.HOST, "/204")).head()).startsWith("HTTP/1.1 204");
            assertThat(pod.connections).hasValue(1);
        }
    }

    @Test
    void asksTheClientToContinueOnlyWhenThePodDoes() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(out, "HTTP/1.1 100 Continue\r\n\r\n");
                    RawUpstream.write(out, RawUpstream.ok(RawUpstream.readBody(head, in)));
                    return true;
                });
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var client = fixture.client()) {
            client.send("PUT / HTTP/1.1\r\nHost: hello.localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
            assertThat(client.head()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(client.send("abc").answer()).isEqualTo(RawUpstream.ok("abc"));
        }
    }

    @Test
    void answersPipelinedRequestsInTheirOrder() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(out, RawUpstream.ok(head.substring(4, 6)));
                    return true;
                });
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var client = fixture.client()) {
            client.send(RawClient.get(Fixture.HOST, "/1")
                    + RawClient.get(Fixture.HOST, "/2")
                    + RawClient.get(Fixture.HOST, "/3"));
            assertThat(client.answer() + client.answer() + client.answer())
                    .isEqualTo(RawUpstream.ok("/1") + RawUpstream.ok("/2") + RawUpstream.ok("/3"));
        }
    }

    @Test
    void flushesTheHeadAndEveryEventOfAStreamAtOnce() throws Exception {
        var first = new java.util.concurrent.CountDownLatch(1);
        var second = new java.util.concurrent.CountDownLatch(1);
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(
                            out,
                            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
                    first.await();
                    RawUpstream.write(out, "6\r\ndata:a\r\n");
                    second.await();
                    RawUpstream.write(out, "6\r\ndata:b\r\n0\r\n\r\n");
                    return true;
                });
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var client = fixture.client()) {
            client.send(RawClient.get(Fixture.HOST, "/"));
            assertThat(client.head()).contains("text/event-stream");
            first.countDown();
            assertThat(client.read(11)).isEqualTo("6\r\ndata:a\r\n");
            second.countDown();
            assertThat(client.read(16)).isEqualTo("6\r\ndata:b\r\n0\r\n\r\n");
        }
    }

    @Test
    void relaysAWebSocketBothWays() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(
                            out,
                            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
                    for (int b = in.read(); b >= 0; b = in.read()) {
                        out.write(b);
                        out.flush();
                    }
                    return false;
                });
                var fixture = new Fixture().program(Fixture.settings(1, 10)).ready(pod);
                var client = fixture.client()) {
            client.send("GET /ws HTTP/1.1\r\nHost: hello.localhost\r\nConnection: keep-alive, Upgrade\r\n"
                    + "Upgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 101 ").contains("Upgrade: websocket\r\n");
            assertThat(pod.heads.element()).contains("Connection: Upgrade\r\n", "Sec-WebSocket-Key: k\r\n");
            assertThat(client.send("ping").read(4)).isEqualTo("ping");
            assertThat(client.send("pong").read(4)).isEqualTo("pong");
            client.socket.shutdownOutput();
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void aTunnelGoesOnDownwardsWhenItsClientHasSaidAll() throws Exception {
        var later = new java.util.concurrent.CountDownLatch(1);
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(
                            out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n");
                    var all = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII);
                    // longer than a client may be silent before it is looked at
                    later.await(700, java.util.concurrent.TimeUnit.MILLISECONDS);
                    RawUpstream.write(out, "got " + all);
                    return false;
                });
                var fixture = new Fixture().program(Fixture.settings(1, 10)).ready(pod);
                var client = fixture.client()) {
            client.send("GET / HTTP/1.1\r\nHost: hello.localhost\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 101 ");
            client.send("all").socket.shutdownOutput();
            assertThat(client.rest()).isEqualTo("got all");
        }
    }
}
