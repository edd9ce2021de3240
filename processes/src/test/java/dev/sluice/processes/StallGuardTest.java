package dev.sluice.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StallGuardTest {
    @Test
    @Timeout(60)
    void givesUpWhatHasGoneSilent() throws Exception {
        var closed = new CountDownLatch(1);
        var silent = new InputStream() {
            @Override
            public int read() throws IOException {
                try {
                    closed.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                throw new IOException("closed");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return read();
            }

            @Override
            public void close() {
                closed.countDown();
            }
        };
        try (var in = new StallGuard(silent, Duration.ofSeconds(1))) {
            assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessage("nothing came for 1 s");
        }
    }

    @Test
    void carriesEveryByte() throws Exception {
        byte[] bytes = {0, 1, -1, 127};
        try (var in = new StallGuard(new ByteArrayInputStream(bytes), Duration.ofMinutes(1))) {
            assertThat(in.read()).isZero();
            assertThat(in.readAllBytes()).containsExactly(1, -1, 127);
            assertThat(in.read()).isEqualTo(-1);
        }
    }
}
