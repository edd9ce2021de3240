package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that break, answers that are cut, requests that are refused: the client is told, no place is lost. */
@SuppressWarnings("StringConcatToTextBlock") // the lines end with CRLF
class FailureIT {
    @Test
    void triesAKeptConnectionThatThePodHadClosedOnceMore() throws Exception {
        try (var pod = RawUpstream.saying("x");
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var client = fixture.client()) {
            client.send(RawClient.get(Fixture.HOST, "/")).answer();
            pod.closeConnections();
            assertThat(client.send(RawClient.get(Fixture.HOST, "/")).answer()).startsWith("HTTP/1.1 200");
            pod.closeConnections();
            assertThat(client.send("POST / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 1\r\n\r\nx")
                            .answer())
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void doesNotRepeatARequestThatThePodMayHaveTaken() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    if (head.startsWith("GET")) {
                        RawUpstream.write(out, RawUpstream.ok("x"));
                        return true;
                    }
                    RawUpstream.readBody(head, in);
                    return false;
                });
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var client = fixture.client()) {
            client.send(RawClient.get(Fixture.HOST, "/")).answer();
            assertThat(client.send("POST / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 1\r\n\r\nx")
                            .answer())
                    .startsWith("HTTP/1.1 502");
            assertThat(pod.heads).hasSize(2);
        }
    }

    @Test
    void cutsTheClientWhenTheAnswerIsCut() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                    return false;
                });
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var client = fixture.client()) {
            assertThat(client.send(RawClient.get(Fixture.HOST, "/")).rest()).endsWith("\r\n\r\nhalf");
        }
    }

    /** Its end looks like that of a whole one, but for the reset. */
    @Test
    void resetsTheClientWhenAnAnswerWithoutLengthIsCut() throws Exception {
        var never = new java.util.concurrent.CountDownLatch(1);
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(out, "HTTP/1.1 200 OK\r\n\r\nhalf");
                    never.await();
                    return false;
                });
                var fixture = new Fixture()
                        .program(Fixture.timeouts(
                                Duration.ofMillis(300), Duration.ofSeconds(30), Duration.ofSeconds(30)))
                        .ready(pod);
                var client = fixture.client()) {
            client.send(RawClient.get(Fixture.HOST, "/"));
            assertThat(client.head()).startsWith("HTTP/1.1 200 ");
            assertThatThrownBy(client::rest).hasMessageContaining("reset");
            assertThat(Curl.run(fixture.gateway.port(), "/", "--http2-prior-knowledge"))
                    .contains("HTTP/2 stream")
                    .contains("INTERNAL_ERROR");
            never.countDown();
        }
    }

    @Test
    void tellsEveryUploaderThatItsPodHasGone() throws Exception {
        var uncaught = new ConcurrentLinkedQueue<Throwable>();
        var before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((_, e) -> uncaught.add(e));
        try (var pod = new RawUpstream((head, in, out) -> in.readNBytes(20_000).length == 0);
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod)) {
            for (int i = 0; i < 50; i++) {
                try (var client = fixture.client()) {
                    client.send("POST / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 1000000\r\n\r\n");
                    client.send("x".repeat(60_000));
                    assertThat(client.head()).startsWith("HTTP/1.1 502 ");
                }
            }
            assertThat(uncaught).isEmpty();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @Test
    void refusesWhatTwoServersCouldReadDifferently() throws Exception {
        var get = "GET / HTTP/1.1\r\nHost: hello.localhost\r\n";
        for (var request : new String[] {
            get + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            get + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
            get + "Content-Length: +1\r\n\r\n",
            get + "Content-Length : 1\r\n\r\n",
            get + "Folded: a\r\n b\r\n\r\n",
            get + "Nul: \0\r\n\r\n",
            get + "Host: other.localhost\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET  / HTTP/1.1\r\nHost: hello.localhost\r\n\r\n",
            "GET / HTTP/1.1\nHost: hello.localhost\n\n"
        }) {
            try (var pod = RawUpstream.saying("x");
                    var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                    var client = fixture.client()) {
                assertThat(client.send(request).rest()).as(request).startsWith("HTTP/1.1 400 ");
                assertThat(pod.heads).isEmpty();
            }
        }
    }

    @ParameterizedTest(name = "in one piece: {0}")
    @ValueSource(booleans = {true, false})
    void refusesABodyWithBrokenChunksAndFreesItsPlace(boolean together) throws Exception {
        try (var pod = RawUpstream.saying("x");
                var fixture = new Fixture().program(Fixture.settings(1, 10)).ready(pod)) {
            try (var client = fixture.client()) {
                var head = "POST / HTTP/1.1\r\nHost: hello.localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
                if (together) {
                    client.send(head + "zz\r\n");
                } else {
                    client.send(head);
                    Awaitility.await().until(() -> pod.heads.size() == 1);
                    client.send("zz\r\n");
                }
                assertThat(client.rest()).startsWith("HTTP/1.1 400 ");
            }
            assertThat(fixture.get("/")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void refusesHeadsWithoutBound() throws Exception {
        try (var fixture = new Fixture().program(Fixture.settings(0, 10));
                var client = fixture.client()) {
            client.send("GET / HTTP/1.1\r\nHost: hello.localhost\r\nBig: ");
            Thread.ofVirtual().start(() -> {
                try {
                    client.send("x".repeat(70_000));
                } catch (java.io.IOException _) {
                    // refused before it was all sent
                }
            });
            assertThat(client.head()).startsWith("HTTP/1.1 431 ");
        }
    }

    @Test
    void passesALargeHead() throws Exception {
        try (var pod = RawUpstream.saying("x");
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod);
                var client = fixture.client()) {
            var big = "Big: " + "x".repeat(40_000) + "\r\n";
            client.send("GET / HTTP/1.1\r\nHost: hello.localhost\r\n" + big + "\r\n")
                    .answer();
            assertThat(pod.heads.element()).contains(big);
        }
    }

    @Test
    void closesAClientThatSendsItsHeadTooSlowly() throws Exception {
        var config = GatewayConfig.on(java.util.List.of(Fixture.loopback()), Fixture.loopback())
                .withClientLimits(Duration.ofMillis(200), Duration.ofMillis(400), 65536, 100);
        try (var fixture = new Fixture(config).program(Fixture.settings(0, 10));
                var slow = fixture.client();
                var idle = fixture.client()) {
            assertThat(slow.send("GET / HT").rest()).isEmpty();
            assertThat(idle.rest()).isEmpty();
        }
    }

    @Test
    void cancelsAtThePodWhatItsClientNoLongerWaitsFor() throws Exception {
        var never = new java.util.concurrent.CountDownLatch(1);
        try (var pod = new RawUpstream((head, in, out) -> {
                    assertThat(in.read()).isEqualTo(-1);
                    never.countDown();
                    return false;
                });
                var fixture = new Fixture().program(Fixture.settings(0, 10)).ready(pod)) {
            try (var client = fixture.client()) {
                client.send(RawClient.get(Fixture.HOST, "/"));
                Awaitility.await().until(() -> pod.heads.size() == 1);
            }
            assertThat(never.await(5, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        }
    }
}
