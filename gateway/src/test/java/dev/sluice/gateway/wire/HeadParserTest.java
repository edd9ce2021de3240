package dev.sluice.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadParserTest {
    private static final String HOST = "Host: a\r\n";

    private static InputBuffer buffer(String text) throws IOException {
        var buffer = new InputBuffer(4096, 4096);
        buffer.fill(Channels.newChannel(new ByteArrayInputStream(Ascii.bytes(text))));
        return buffer;
    }

    private static Head request(String text) throws Exception {
        var in = buffer(text);
        var parser = new HeadParser();
        var head = new Head();
        int length = parser.complete(in);
        assertThat(length).isEqualTo(text.indexOf("\r\n\r\n") + 4);
        parser.request(in, length, head);
        return head;
    }

    private static Head response(String text) throws Exception {
        var in = buffer(text);
        var parser = new HeadParser();
        var head = new Head();
        parser.response(in, parser.complete(in), head);
        return head;
    }

    @Test
    void findsTheEndOfAHeadWhereverReadsSplitIt() throws Exception {
        var text = "GET / HTTP/1.1\r\nHost: a\r\n\r\nbody";
        int end = text.indexOf("body");
        for (int split = 1; split < end; split++) {
            var parser = new HeadParser();
            var in = buffer(text.substring(0, split));
            assertThat(parser.complete(in)).as("after %d bytes", split).isZero();
            in.fill(Channels.newChannel(new ByteArrayInputStream(Ascii.bytes(text.substring(split)))));
            assertThat(parser.complete(in))
                    .as("after %d bytes and the rest", split)
                    .isEqualTo(end);
        }
    }

    @Test
    void knowsMethodTargetAndFields() throws Exception {
        var head = request("PATCH /a/b?c HTTP/1.1\r\nhOsT:  x  \r\nX: 1\r\nEmpty:\r\n\r\n");
        assertThat(head.methodIs(Ascii.bytes("PATCH"))).isTrue();
        assertThat(Ascii.text(head.bytes(), head.targetStart(), head.targetEnd()))
                .isEqualTo("/a/b?c");
        assertThat(head.value(head.find(Field.HOST))).isEqualTo("x");
        assertThat(head.count()).isEqualTo(3);
        assertThat(head.value(2)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'', 0",
        "Content-Length: 12, 12",
        "Content-Length: 000, 0",
        "Transfer-Encoding: chunked, -1",
        "transfer-encoding: Chunked, -1"
    })
    void worksOutTheLengthOfARequest(String field, long length) throws Exception {
        var line = field.isEmpty() ? "" : field + "\r\n";
        assertThat(request("POST / HTTP/1.1\r\n" + HOST + line + "\r\n").requestBody())
                .isEqualTo(length);
    }

    @ParameterizedTest
    @CsvSource({
        "200, '', false, -2",
        "200, Content-Length: 5, false, 5",
        "200, Content-Length: 5, true, 0",
        "204, Content-Length: 5, false, 0",
        "304, Content-Length: 5, false, 0",
        "103, '', false, 0",
        "200, Transfer-Encoding: chunked, false, -1"
    })
    void worksOutTheLengthOfAResponse(int status, String field, boolean toHead, long length) throws Exception {
        var line = field.isEmpty() ? "" : field + "\r\n";
        assertThat(response("HTTP/1.1 " + status + " X\r\n" + line + "\r\n").responseBody(toHead))
                .isEqualTo(length);
    }

    @ParameterizedTest
    @CsvSource({
        "1.1, '', true",
        "1.1, close, false",
        "1.1, 'Upgrade, CLOSE', false",
        "1.0, '', false",
        "1.0, keep-alive, true",
        "1.0, 'keep-alive, close', false"
    })
    void worksOutWhetherTheConnectionGoesOn(String version, String connection, boolean persistent) throws Exception {
        var line = connection.isEmpty() ? "" : "Connection: " + connection + "\r\n";
        assertThat(request("GET / HTTP/" + version + "\r\n" + HOST + line + "\r\n")
                        .persistent())
                .isEqualTo(persistent);
    }

    @Test
    void leavesOutFieldsThatConnectionNames() throws Exception {
        var head = request("GET / HTTP/1.1\r\nConnection: close , x-a,\tX-B\r\nX-A: 1\r\nx-b: 2\r\nX-AB: 3\r\n\r\n");
        assertThat(head.nominated(1)).isTrue();
        assertThat(head.nominated(2)).isTrue();
        assertThat(head.nominated(3)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /\r\n\r\n",
                "GET / HTTP/1.1 \r\n\r\n",
                "GET\t/ HTTP/1.1\r\n\r\n",
                "G@T / HTTP/1.1\r\n\r\n",
                "GET / /b HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\n A: b\r\n\r\n",
                "GET / HTTP/1.1\r\nA : b\r\n\r\n",
                "GET / HTTP/1.1\r\n: b\r\n\r\n",
                "GET / HTTP/1.1\r\nA\r\n\r\n",
                "GET / HTTP/1.1\r\nA: b\r\r\n\r\n",
                "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
                "GET / HTTP/1.1\r\nA: \u0001\r\n\r\n",
                "GET / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n",
                "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "GET / HTTP/1.1\r\nContent-Length: 0x1\r\n\r\n",
                "GET / HTTP/1.1\r\nContent-Length:\r\n\r\n",
                "GET / HTTP/1.1\r\nContent-Length: 9999999999999999999\r\n\r\n",
                "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n"
            })
    void refusesMalformedRequests(String text) {
        assertThatExceptionOfType(HttpFault.class)
                .isThrownBy(() -> request(text))
                .matches(fault -> fault.status() == 400);
    }

    @ParameterizedTest
    @CsvSource({
        "505, 'GET / HTTP/2.0|'",
        "505, 'GET / HTTP/1.2|'",
        "501, 'GET / HTTP/1.1|Transfer-Encoding: gzip, chunked|'",
        "501, 'GET / HTTP/1.1|Transfer-Encoding: chunked|Transfer-Encoding: chunked|'",
        "417, 'GET / HTTP/1.1|Expect: miracle|'"
    })
    void refusesWhatItDoesNotDoByName(int status, String lines) {
        assertThatExceptionOfType(HttpFault.class)
                .isThrownBy(() -> request(lines.replace("|", "\r\n") + "\r\n"))
                .matches(fault -> fault.status() == status);
    }

    @Test
    void refusesMoreFieldsThanItCounts() {
        var text = "GET / HTTP/1.1\r\n" + "A: b\r\n".repeat(Head.MOST_FIELDS + 1) + "\r\n";
        assertThatExceptionOfType(HttpFault.class)
                .isThrownBy(() -> request(text))
                .matches(fault -> fault.status() == 431);
    }

    @Test
    void toleratesAPodThatEndsLinesWithLfAlone() throws Exception {
        var head = response("HTTP/1.1 200 OK\nContent-Length: 3\n\nabc");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.responseBody(false)).isEqualTo(3);
    }

    @Test
    void doesNotTrustAConnectionWhoseAnswerHadTwoLengths() throws Exception {
        var head = response("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertThat(head.responseBody(false)).isEqualTo(Head.CHUNKED);
        assertThat(head.persistent()).isFalse();
    }
}
