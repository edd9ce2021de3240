package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.gateway.RawHttp2.Frame;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code Expect: 100-continue} is between client and pod: the gateway neither answers for the pod nor sends a body unasked. */
class ExpectIT {
    private static final Frame RESET_WITHOUT_ERROR = new Frame(RawHttp2.RESET, RawHttp2.NO_FLAG, 1, "00000000");

    private static final String ASKING =
            "PUT / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";

    @Test
    void theBodyIsSentWhenThePodAsksForIt() throws Exception {
        var early = new CompletableFuture<Integer>();
        try (var pod = new RawUpstream((head, in, out) -> {
                    early.complete(in.available());
                    RawUpstream.write(out, "HTTP/1.1 100 Continue\r\n\r\n");
                    RawUpstream.write(out, RawUpstream.ok("got " + RawUpstream.readBody(head, in)));
                    return true;
                });
                var fixture = new Fixture().program(Fixture.settings(1, 10)).ready(pod);
                var client = fixture.client()) {
            for (int i = 0; i < 2; i++) { // the second on the same connections
                client.send(ASKING);
                assertThat(client.head()).startsWith("HTTP/1.1 100 ");
                assertThat(client.send("body").answer())
                        .startsWith("HTTP/1.1 200 ")
                        .endsWith("got body");
            }
            assertThat(early.get(5, TimeUnit.SECONDS)).isZero();
            assertThat(pod.heads).hasSize(2).allSatisfy(head -> assertThat(head).contains("Expect: 100-continue\r\n"));
            assertThat(pod.connections).hasValue(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"417 Expectation Failed", "401 Unauthorized"})
    void aRefusalReachesTheClientBeforeItHasSentTheBody(String refusal) throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(
                            out,
                            head.startsWith("GET")
                                    ? RawUpstream.ok("next")
                                    : "HTTP/1.1 " + refusal + "\r\nContent-Length: 2\r\n\r\nno");
                    return true;
                });
                var fixture = new Fixture().program(Fixture.settings(1, 10)).ready(pod)) {
            try (var client = fixture.client()) {
                assertThat(client.send(ASKING).answer())
                        .startsWith("HTTP/1.1 " + refusal + "\r\n")
                        .endsWith("no");
                // what comes next could be the body or a request: nobody can tell
                assertThat(client.rest()).isEmpty();
            }
            await().until(() -> Admin.metric(fixture, "revision_request_concurrency") == 0);
            assertThat(fixture.get("/")).endsWith("next");
            assertThat(pod.connections).hasValue(2); // the first one still waits for a body
        }
    }

    @Test
    void aRefusalOverHttp2ReachesTheClientToo() throws Exception {
        try (var pod = refusing();
                var fixture = new Fixture().program(Fixture.settings(1, 10)).ready(pod)) {
            assertThat(Curl.run(
                            fixture.gateway.port(),
                            "/",
                            "--http2-prior-knowledge",
                            "-H",
                            "Expect: 100-continue",
                            "-d",
                            "body"))
                    .contains("HTTP/2 401")
                    .endsWith("no");
            await().until(() -> Admin.metric(fixture, "revision_request_concurrency") == 0);
        }
    }

    /** curl 7.88 forgets an answer that it reads together with the reset behind it. */
    @Test
    void theRestOfARequestIsRefusedOnlyWhenTheClientHasReadTheAnswer() throws Exception {
        try (var pod = refusing();
                var fixture = new Fixture().program(Fixture.settings(1, 10)).ready(pod);
                var client = new RawHttp2(fixture.gateway.port())) {
            client.post(1, Fixture.HOST, "/");
            assertThat(client.next().type()).isEqualTo(RawHttp2.HEADERS);
            assertThat(client.next()).isEqualTo(new Frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, "6e6f"));
            var asked = client.next();
            assertThat(asked).isEqualTo(new Frame(RawHttp2.PING, RawHttp2.NO_FLAG, 0, "0000000000000001"));
            client.send(new Frame(RawHttp2.PING, RawHttp2.NO_FLAG, 0, "00000000000000ff"));
            assertThat(client.next()).isEqualTo(new Frame(RawHttp2.PING, RawHttp2.ACK, 0, "00000000000000ff"));
            client.send(new Frame(RawHttp2.PING, RawHttp2.ACK, 0, asked.payload()));
            assertThat(client.next()).isEqualTo(RESET_WITHOUT_ERROR);
        }
    }

    @Test
    void theRestOfARequestIsRefusedInTheEndIfTheClientNeverSaysWhatItHasRead() throws Exception {
        try (var pod = refusing();
                var fixture = new Fixture().program(Fixture.settings(1, 10)).ready(pod);
                var client = new RawHttp2(fixture.gateway.port())) {
            client.post(1, Fixture.HOST, "/");
            var last = client.next();
            while (last.type() != RawHttp2.RESET) {
                last = client.next();
            }
            assertThat(last).isEqualTo(RESET_WITHOUT_ERROR);
        }
    }

    private static RawUpstream refusing() {
        return new RawUpstream((head, in, out) -> {
            RawUpstream.write(
                    out, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno"); // after 417 curl asks anew
            return true;
        });
    }

    @Test
    void aClientThatDoesNotWaitLosesNothing() throws Exception {
        try (var pod = RawUpstream.saying("done");
                var fixture = new Fixture().program(Fixture.settings(1, 10)).ready(pod);
                var client = fixture.client()) {
            assertThat(client.send(ASKING + "body").answer()).startsWith("HTTP/1.1 200 ");
            assertThat(client.send(RawClient.get(Fixture.HOST, "/")).answer()).endsWith("done");
        }
    }
}
