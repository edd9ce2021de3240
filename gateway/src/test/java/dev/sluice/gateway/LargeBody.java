package dev.sluice.gateway;

import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/** A body of one GiB of which no party keeps more than a piece. What is lost, doubled or out of place changes its checksum. */
final class LargeBody {
    static final long BYTES = 1L << 30;
    static final int PIECE = 64 * 1024;

    private static final int PERIOD = 1_000_003; // a prime, so that no two pieces are alike
    private static final byte[] REPEATED = repeated();

    private LargeBody() {}

    private static byte[] repeated() {
        var bytes = new byte[PERIOD + PIECE];
        new Random(42).nextBytes(bytes);
        System.arraycopy(bytes, 0, bytes, PERIOD, PIECE);
        return bytes;
    }

    /** The piece that begins at this position. */
    static ByteBuf piece(long position) {
        return Unpooled.wrappedBuffer(REPEATED, (int) (position % PERIOD), PIECE);
    }

    static void copy(long position, byte[] to, int at, int length) {
        System.arraycopy(REPEATED, (int) (position % PERIOD), to, at, length);
    }

    /** @param sent follows how many bytes somebody took */
    static void write(OutputStream out, AtomicLong sent) throws IOException {
        for (long position = 0; position < BYTES; position += PIECE) {
            out.write(REPEATED, (int) (position % PERIOD), PIECE);
            sent.set(position + PIECE);
        }
        out.flush();
    }

    static long checksum() {
        var sum = new CRC32C();
        for (long position = 0; position < BYTES; position += PIECE) {
            sum.update(REPEATED, (int) (position % PERIOD), PIECE);
        }
        return sum.getValue();
    }

    /** Of what comes, at most {@link #BYTES}. */
    static long checksum(InputStream in) throws IOException {
        var sum = new CRC32C();
        var piece = new byte[PIECE];
        long left = BYTES;
        for (int n; left > 0 && (n = in.read(piece, 0, (int) Math.min(piece.length, left))) > 0; left -= n) {
            sum.update(piece, 0, n);
        }
        return sum.getValue();
    }

    /**
     * Waits until the sender stands still, or has sent everything: a gateway that collects what nobody reads has more
     * than its memory then. One that is only slow ends the wait early, which costs the test its sharpness alone.
     */
    static void awaitStandstill(AtomicLong sent) {
        var before = new AtomicLong();
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> before.getAndSet(sent.get()) == sent.get() && sent.get() > 0);
    }
}
