package dev.sluice.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkScannerTest {
    static LongStream seeds() {
        return new Random(42).longs(100);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void findsTheSameEndHoweverTheBytesArrive(long seed) throws Exception {
        var random = new Random(seed);
        var data = new StringBuilder();
        var body = new StringBuilder();
        for (int chunks = random.nextInt(5); chunks > 0; chunks--) {
            var part = "x".repeat(1 + random.nextInt(40));
            data.append(part);
            body.append(Integer.toHexString(part.length())).append(random.nextBoolean() ? ";a=\"b\"" : "");
            body.append("\r\n").append(part).append("\r\n");
        }
        body.append("0\r\n").append(random.nextBoolean() ? "T: v\r\n" : "").append("\r\n");
        byte[] bytes = Ascii.bytes(body + "GET / HTTP/1.1\r\n");
        var scanner = new ChunkScanner(1000);
        var decoder = new ChunkScanner(1000);
        var decoded = new OutputBuffer(16);
        int at = 0;
        while (!scanner.done()) {
            int to = Math.min(bytes.length, at + 1 + random.nextInt(9));
            int count = scanner.scan(bytes, at, to);
            assertThat(decoder.decode(bytes, at, to, decoded)).isEqualTo(count);
            assertThat(count == to - at || scanner.done()).isTrue();
            at += count;
        }
        assertThat(at).isEqualTo(body.length());
        assertThat(decoded.length()).isEqualTo(data.length());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n",
                "g\r\n",
                " 1\r\nx\r\n",
                "0x1\r\n",
                "-1\r\n",
                "1\nx\r\n",
                "1\r\nxx\r\n",
                "1\r\nx\n",
                "1;a\nb\r\n",
                "1 \u0000\r\n",
                "1000000000000000\r\n",
                "0\r\n\n",
                "0\r\n: x\r\n\r\n",
                "0\r\nA b: x\r\n\r\n",
                "0\r\nA: x\n\r\n"
            })
    void refusesWhatAnotherServerCouldReadDifferently(String text) {
        byte[] bytes = Ascii.bytes(text);
        assertThatExceptionOfType(HttpFault.class)
                .isThrownBy(() -> new ChunkScanner(1000).scan(bytes, 0, bytes.length));
    }

    @Test
    void boundsExtensionsAndTrailers() {
        byte[] extension = Ascii.bytes("1;" + "x".repeat(5000) + "\r\n");
        byte[] trailers = Ascii.bytes("0\r\n" + "A: b\r\n".repeat(500) + "\r\n");
        for (var bytes : new byte[][] {extension, trailers}) {
            assertThatExceptionOfType(HttpFault.class)
                    .isThrownBy(() -> new ChunkScanner(1000).scan(bytes, 0, bytes.length))
                    .matches(fault -> fault.status() == 431);
        }
    }
}
