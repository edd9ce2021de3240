package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.gateway.RawHttp2.Frame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Bodies many times larger than the gateway's memory, of which its JVM has 32 MiB and 8 MiB of direct buffers, pass both
 * ways, whatever their framing.
 */
class StreamingIT {
    private static final String SUM = Long.toString(LargeBody.checksum());

    @Test
    void streamsAGibibyteEachWayOverHttp1() throws Exception {
        var sent = new AtomicLong();
        try (var pod = new RawUpstream((head, in, out) -> {
                    if (head.startsWith("POST")) {
                        in.readNBytes("40000000\r\n".length());
                        LargeBody.awaitStandstill(sent);
                        var sum = LargeBody.checksum(in);
                        in.readNBytes("\r\n0\r\n\r\n".length());
                        RawUpstream.write(out, RawUpstream.ok(Long.toString(sum)));
                    } else {
                        RawUpstream.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + LargeBody.BYTES + "\r\n\r\n");
                        LargeBody.write(out, sent);
                    }
                    return true;
                });
                var gateway = new Child(pod.port(), "http1");
                var client = new RawClient(gateway.port())) {
            // one single chunk: whoever reads chunks whole needs memory for all of it
            client.send("POST / HTTP/1.1\r\nHost: hello.localhost\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n");
            LargeBody.write(client.socket.getOutputStream(), sent);
            assertThat(client.send("\r\n0\r\n\r\n").answer()).endsWith("\r\n\r\n" + SUM);
            sent.set(0);
            client.send(RawClient.get(Fixture.HOST, "/"));
            assertThat(client.head()).startsWith("HTTP/1.1 200 ");
            LargeBody.awaitStandstill(sent);
            assertThat(LargeBody.checksum(client.in)).hasToString(SUM);
        }
    }

    @Test
    void streamsAGibibyteEachWayOverHttp2() throws Exception {
        var reads = new CompletableFuture<@Nullable Void>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var pod = H2cPod.reading(reads);
                var gateway = new Child(pod.port(), "h2c");
                var client = new RawHttp2(gateway.port())) {
            var sent = new AtomicLong();
            client.post(1, Fixture.HOST, "/checksum");
            var sending = threads.submit(() -> {
                client.sendLargeBody(1, sent);
                return sent.get();
            });
            LargeBody.awaitStandstill(sent);
            reads.complete(null);
            assertThat(sending.get()).isEqualTo(LargeBody.BYTES);
            assertThat(client.next().type()).isEqualTo(RawHttp2.HEADERS);
            var sum = HexFormat.of().formatHex(SUM.getBytes(StandardCharsets.US_ASCII));
            assertThat(client.next()).isEqualTo(new Frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, sum));

            client.get(3, Fixture.HOST, "/large/" + LargeBody.BYTES);
            LargeBody.awaitStandstill(pod.sent);
            assertThat(client.checksum(3)).hasToString(SUM);
        }
    }

    @Test
    void passesBothWaysAtOnce() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    for (int i = 0; i < 3; i++) {
                        out.write(in.readNBytes("1\r\na\r\n".length()));
                        out.flush();
                    }
                    out.write(in.readNBytes("0\r\n\r\n".length()));
                    return true;
                });
                var fixture = new Fixture().program(Fixture.settings(1, 10)).ready(pod);
                var client = fixture.client()) {
            client.send("POST / HTTP/1.1\r\nHost: hello.localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 200 ");
            for (var letter : new String[] {"a", "b", "c"}) {
                assertThat(client.send("1\r\n" + letter + "\r\n").read(6)).isEqualTo("1\r\n" + letter + "\r\n");
            }
            assertThat(client.send("0\r\n\r\n").read(5)).isEqualTo("0\r\n\r\n");
            // the connection has not lost its place
            assertThat(client.send(RawClient.get("nobody.localhost", "/")).answer())
                    .startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    void passesAnEarlyRefusalOfALongUploadAndEndsTheConnection() throws Exception {
        try (var pod = new RawUpstream((head, in, out) -> {
                    RawUpstream.write(out, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
                    return false;
                });
                var fixture = new Fixture().program(Fixture.settings(1, 10)).ready(pod);
                var client = fixture.client()) {
            client.send("PUT / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 100000000\r\n\r\nbegin");
            assertThat(client.rest())
                    .startsWith("HTTP/1.1 413 ")
                    .contains("\r\nConnection: close\r\n")
                    .endsWith("no");
        }
    }

    @Test
    void cutsThePodWhenAnUploadIsCut() throws Exception {
        var read = new CompletableFuture<Integer>();
        try (var pod = new RawUpstream((head, in, out) -> {
                    read.complete(in.readAllBytes().length);
                    return false;
                });
                var fixture = new Fixture().program(Fixture.settings(1, 10)).ready(pod)) {
            try (var client = fixture.client()) {
                client.send("PUT / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 100\r\n\r\n");
                Awaitility.await().until(() -> pod.heads.size() == 1);
                client.send("half");
            }
            assertThat(read.get(5, java.util.concurrent.TimeUnit.SECONDS)).isEqualTo(4);
            Awaitility.await().until(() -> Admin.metric(fixture, "revision_request_concurrency") == 0);
        }
    }

    private static final class Child implements AutoCloseable {
        private final Process process;
        private final int port;

        Child(int podPort, String protocol) throws IOException {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx32m",
                            "-XX:MaxDirectMemorySize=8m",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            SmallGateway.class.getName(),
                            Integer.toString(podPort),
                            protocol)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            port = process.inputReader()
                    .lines()
                    .filter(line -> line.startsWith("port "))
                    .mapToInt(line -> Integer.parseInt(line.substring(5)))
                    .findFirst()
                    .orElseThrow();
        }

        int port() {
            return port;
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
