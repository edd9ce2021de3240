package dev.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Bodies many times larger than the gateway's heap pass both ways, whatever their framing. */
class StreamingIT {
    private static final long SIZE = 256L << 20;

    private static final byte[] BLOCK = new byte[1 << 20];

    @Test
    void streamsAQuarterGibibyteEachWayThroughAHeapOf32MiB() throws Exception {
        var received = new AtomicLong();
        try (var pod = new RawUpstream((head, in, out) -> {
                    if (head.startsWith("POST")) {
                        received.set(skip(in, SIZE + "10000000\r\n\r\n0\r\n\r\n".length()));
                        RawUpstream.write(out, RawUpstream.ok("got it"));
                    } else {
                        RawUpstream.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + SIZE + "\r\n\r\n");
                        for (long sent = 0; sent < SIZE; sent += BLOCK.length) {
                            out.write(BLOCK);
                        }
                    }
                    return true;
                });
                var gateway = new Child(pod.port());
                var client = new RawClient(gateway.port())) {
            // one single chunk: whoever reads chunks whole needs 256 MiB for it
            client.send("POST / HTTP/1.1\r\nHost: hello.localhost\r\nTransfer-Encoding: chunked\r\n\r\n10000000\r\n");
            for (long sent = 0; sent < SIZE; sent += BLOCK.length) {
                client.socket.getOutputStream().write(BLOCK);
            }
            assertThat(client.send("\r\n0\r\n\r\n").answer()).endsWith("got it");
            client.send(RawClient.get(Fixture.HOST, "/"));
            assertThat(client.head()).startsWith("HTTP/1.1 200 ");
            assertThat(skip(client.in, SIZE)).isEqualTo(SIZE);
            assertThat(received).hasValue(SIZE + 17);
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
                    RawUpstream.write(
                            out, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
                    return false;
                });
                var fixture = new Fixture().program(Fixture.settings(1, 10)).ready(pod);
                var client = fixture.client()) {
            client.send("PUT / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 100000000\r\n\r\nbegin");
            assertThat(client.rest()).startsWith("HTTP/1.1 413 ").endsWith("no");
        }
    }

    @Test
    void cutsThePodWhenAnUploadIsCut() throws Exception {
        var read = new java.util.concurrent.CompletableFuture<Integer>();
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

    private static long skip(java.io.InputStream in, long count) throws IOException {
        long left = count;
        var buffer = new byte[1 << 16];
        while (left > 0) {
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (n < 0) {
                break;
            }
            left -= n;
        }
        return count - left;
    }

    private static final class Child implements AutoCloseable {
        private final Process process;
        private final int port;

        Child(int podPort) throws IOException {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx32m",
                            "-XX:MaxDirectMemorySize=8m",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            SmallGateway.class.getName(),
                            Integer.toString(podPort))
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
