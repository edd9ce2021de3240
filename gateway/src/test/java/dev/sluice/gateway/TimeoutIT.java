package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Every timeout ends the request with Knative's words where the answer has not begun, and cuts it where it has. */
class TimeoutIT {
    private static final Duration SHORT = Duration.ofMillis(150);
    private static final Duration LONG = Duration.ofSeconds(30);

    private static RawUpstream silent(CountDownLatch cut) {
        return new RawUpstream((head, in, out) -> {
            assertThat(in.read()).isEqualTo(-1);
            cut.countDown();
            return false;
        });
    }

    @Test
    void endsARequestThatTakesTooLong() throws Exception {
        var cut = new CountDownLatch(1);
        try (var pod = silent(cut);
                var fixture = new Fixture()
                        .program(Fixture.timeouts(SHORT, LONG, LONG))
                        .ready(pod)) {
            assertThat(fixture.get("/")).startsWith("HTTP/1.1 504 ").endsWith("request timeout");
            cut.await();
        }
    }

    @Test
    void endsARequestWhoseAnswerDoesNotBegin() throws Exception {
        try (var pod = silent(new CountDownLatch(1));
                var fixture = new Fixture()
                        .program(Fixture.timeouts(LONG, SHORT, LONG))
                        .ready(pod)) {
            assertThat(fixture.get("/")).startsWith("HTTP/1.1 504 ").endsWith("request timeout");
        }
    }

    @Test
    void endsARequestWithoutAByteEitherWay() throws Exception {
        try (var pod = silent(new CountDownLatch(1));
                var fixture = new Fixture()
                        .program(Fixture.timeouts(LONG, LONG, SHORT))
                        .ready(pod)) {
            assertThat(fixture.get("/")).startsWith("HTTP/1.1 504 ").endsWith("request timeout");
        }
    }

    @Test
    void cutsAnAnswerThatHasBegun() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                    return in.read() >= 0;
                });
                var fixture = new Fixture()
                        .program(Fixture.timeouts(SHORT, LONG, LONG))
                        .ready(pod);
                var client = fixture.client()) {
            assertThat(client.send(RawClient.get(Fixture.HOST, "/")).rest()).endsWith("\r\n\r\nhalf");
        }
    }

    @Test
    void aSlowAnswerThatKeepsComingIsNotIdle() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n");
                    for (int i = 0; i < 12; i++) {
                        Thread.sleep(50);
                        RawUpstream.write(out, "x");
                    }
                    return true;
                });
                var fixture = new Fixture()
                        .program(Fixture.timeouts(LONG, LONG, Duration.ofMillis(300)))
                        .ready(pod)) {
            assertThat(fixture.get("/")).endsWith("x".repeat(12));
        }
    }

    @Test
    void endsAWaitForAPodAtTheRequestTimeout() throws Exception {
        try (var fixture = new Fixture().program(Fixture.timeouts(SHORT, LONG, LONG))) {
            assertThat(fixture.get("/")).startsWith("HTTP/1.1 504 ").endsWith("activator request timeout");
        }
    }

    @Test
    void endsAnAnswerInChunksThatTakesTooLongWithKnativesWordsForItsLastChunk() throws Exception {
        try (var pod = chunksThenSilence();
                var fixture = new Fixture()
                        .program(Fixture.timeouts(SHORT, LONG, LONG))
                        .ready(pod);
                var client = fixture.client()) {
            assertThat(client.send(RawClient.get(Fixture.HOST, "/")).rest())
                    .endsWith("\r\n\r\n4\r\nhalf\r\nf\r\nrequest timeout\r\n0\r\n\r\n");
        }
    }

    @Test
    void endsAnAnswerInChunksThatFallsSilentInTheSameWay() throws Exception {
        try (var pod = chunksThenSilence();
                var fixture = new Fixture()
                        .program(Fixture.timeouts(LONG, LONG, SHORT))
                        .ready(pod);
                var client = fixture.client()) {
            assertThat(client.send(RawClient.get(Fixture.HOST, "/")).rest())
                    .endsWith("f\r\nrequest timeout\r\n0\r\n\r\n");
        }
    }

    @Test
    void cutsAClientThatDoesNotReadItsAnswer() throws Exception {
        var cut = new CountDownLatch(1);
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    try {
                        while (true) {
                            out.write("5\r\nhello\r\n".repeat(10_000).getBytes(StandardCharsets.US_ASCII));
                        }
                    } finally {
                        cut.countDown();
                    }
                });
                var fixture = new Fixture()
                        .program(Fixture.timeouts(SHORT, LONG, LONG))
                        .ready(pod);
                var client = fixture.client()) {
            client.send(RawClient.get(Fixture.HOST, "/"));
            cut.await();
            Awaitility.await().until(() -> Admin.metric(fixture, "revision_request_concurrency") == 0);
        }
    }

    private static RawUpstream chunksThenSilence() {
        return new RawUpstream((head, in, out) -> {
            RawUpstream.write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
            return in.read() >= 0;
        });
    }
}
